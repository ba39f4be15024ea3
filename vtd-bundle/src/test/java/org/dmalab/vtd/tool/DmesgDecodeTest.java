package org.dmalab.vtd.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.dmalab.api.Tool;
import org.dmalab.api.Values;

class DmesgDecodeTest {
    private static final String F1 = "DMAR: [DMA Read] Request device [02:00.0] fault addr fffff000"
            + " [fault reason 06] PTE Read access is not set";

    private static final String COPIED = "DMAR: Copied translation tables from previous kernel for dmar0\n";

    private static Tool.Result decode(String file, byte[] bytes) {
        return new DmesgDecode().run(new Tool.Input(Map.of("file-or-line", new Tool.Document(file, bytes)),
                new Values(Map.of())));
    }

    private static String text(String line) {
        return decode(null, line.getBytes(StandardCharsets.UTF_8)).text();
    }

    private static List<Fault> faults(String text) {
        return FaultLog.read(text).faults();
    }

    private static Tool.Result sample(String name) throws IOException {
        return decode(name, Files.readAllBytes(Path.of("src/test/resources/dmesg", name)));
    }

    /** Recorded with Linux 6.1 under QEMU 7.2: a device that reads and writes what is not mapped. */
    @Example
    void realFaults() throws IOException {
        Golden.check("dmesg-edu.txt", sample("edu-fault.txt").text());
    }

    /** Recorded with a Linux 6.1 whose flush of old entries was cut out, after a crash; the log was printed twice. */
    @Example
    void realKdump() throws IOException {
        Tool.Result result = sample("kdump-e1000.txt");
        Golden.check("dmesg-kdump.txt", result.text());
        Map<?, ?> json = (Map<?, ?>) result.json();
        assertEquals(true, json.get("kdump"));
        assertEquals(1, ((List<?>) json.get("faults")).size());
        Map<?, ?> fault = (Map<?, ?>) ((List<?>) json.get("faults")).get(0);
        assertEquals("{line=42, timestamp=14.703816, device=00:05.0, sourceId=0x0028, access=DMA read, pasid=null,"
                + " reason=0x06, words=PTE Read access is not set, address=0xffe58000}", fault.toString());
    }

    @Example
    void oneLine() throws IOException {
        Golden.check("dmesg-line.txt", text(F1));
    }

    /** The same fault in the words of each kernel. */
    @Example
    void everyFormat() {
        for (String line : List.of(F1,
                "dmar: DMAR:[DMA Read] Request device [02:00.0] fault addr fffff000 \nDMAR:[fault reason 06] PTE",
                "DMAR: [DMA Read] Request device [02:00.0] PASID ffffffff fault addr fffff000 [fault reason 06] PTE",
                "DMAR: [DMA Read NO_PASID] Request device [0x02:0x00.0] fault addr 0xfffff000 [fault reason 0x06] PTE",
                "DMAR: [DMA Read NO_PASID] Request device [02:00.0] fault addr 0xfffff000 [fault reason 0x06] PTE",
                "<3>[   12.345678] DMAR: [DMA Read NO_PASID] Request device [02:00.0] fault addr 0xfffff000"
                        + " [fault reason 0x06] PTE")) {
            List<Fault> faults = faults(line);
            assertEquals(1, faults.size(), line);
            Fault fault = faults.get(0);
            assertEquals(new Fault(1, fault.timestamp(), Fault.Kind.READ, 0, 0x200, Fault.NO_PASID, 0xfffff000L, 6,
                    fault.words()), fault, line);
        }
    }

    /** What was logged before the crash is no fault of the kdump kernel. */
    @Example
    void onlyFaultsAfterTheCopyAreOfKdump() {
        String copied = "DMAR: Copied translation tables from previous kernel for dmar0\n";
        assertFalse(decode("f", (F1 + "\n" + copied).getBytes(StandardCharsets.UTF_8)).text().contains("crashed one"));
        assertTrue(decode("f", (copied + F1).getBytes(StandardCharsets.UTF_8)).text().contains("crashed one"));
    }

    /** Decimal without 0x, hexadecimal with it. */
    @Example
    void basesOfReasons() {
        assertEquals(0xc, faults("[DMA Write] Request device [00:1f.2] fault addr 0 [fault reason 12] x").get(0)
                .reason());
        assertEquals(0x12, faults("[DMA Write NO_PASID] Request device [00:1f.2] fault addr 0x0 [fault reason 0x12] x")
                .get(0).reason());
        assertEquals(List.of(), faults("[DMA Write] Request device [00:1f.2] fault addr 0 [fault reason 999] x"));
        assertEquals(List.of(), faults("[DMA Write] Request device [00:3f.2] fault addr 0 [fault reason 12] x"));
    }

    @Example
    void pasids() {
        Fault old = faults("[DMA Write] Request device [00:1f.2] PASID 12 fault addr 0 [fault reason 12] x").get(0);
        Fault now = faults("[DMA Write PASID 0x12] Request device [00:1f.2] fault addr 0x0 [fault reason 0x59] x")
                .get(0);
        assertEquals(0x12, old.pasid());
        assertEquals(0x12, now.pasid());
        assertTrue(text("[DMA Write PASID 0x12] Request device [00:1f.2] fault addr 0x0 [fault reason 0x59] x")
                .contains("PASID 0x12"));
    }

    @Example
    void interrupts() throws IOException {
        String line = "DMAR-IR: [INTR-REMAP] Request device [f0:1f.0] fault index 1e [fault reason 38] Blocked an"
                + " interrupt request due to source-id verification failure";
        Fault fault = faults(line).get(0);
        assertEquals(0x26, fault.reason());
        assertEquals(0x1e, fault.address());
        assertEquals(fault.reason(), faults("INTR-REMAP: Request device [[f0:1f.0] fault index 1e\n"
                + "INTR-REMAP:[fault reason 38] Blocked").get(0).reason());
        Golden.check("dmesg-interrupt.txt", text(line));
    }

    @Example
    void whatALogSaysAroundIt() throws IOException {
        StringBuilder log = new StringBuilder("[    1.000000] DMAR: DRHD: handling fault status reg 3\n");
        for (int i = 0; i < 9; i++) {
            log.append(String.format("[    1.00000%d] DMAR: [DMA Write] Request device [00:02.0] fault addr %x"
                    + " [fault reason 05] PTE Write access is not set\n", i, 0x7000 + i * 0x1000));
        }
        log.append("[    2.000000] DMAR: [DMA Read] Request device [00:02.0] fault addr 0 \nsomething else\n");
        log.append("[    3.000000] dmar_fault: 41 callbacks suppressed\n").append("[    3.000001] ").append(F1)
                .append("\n[    3.000001] ").append(F1).append('\n');
        log.append("DMAR: [DMA Read] Request device [03:00.0] fault addr 0 [fault reason 06] PTE Read\n");
        Golden.check("dmesg-log.txt", decode("log", log.toString().getBytes(StandardCharsets.UTF_8)).text());
    }

    @Example
    void everyReasonHasAMeaningAndAHint() {
        for (int reason = 0; reason <= 0xff; reason++) {
            Fault fault = new Fault(1, "", Fault.Kind.READ, 0, 0, Fault.NO_PASID, 0, reason, "");
            assertFalse(FaultReason.meaning(reason).isEmpty());
            assertFalse(FaultHints.of(fault, FaultLog.read(reason % 2 == 0 ? "" : COPIED)).isEmpty());
        }
        assertTrue(FaultReason.meaning(0x59).contains("PASID table entry"));
        assertTrue(FaultReason.meaning(0x39).contains("root entry"));
        assertTrue(FaultReason.meaning(0x2f).contains("not known"));
        assertTrue(FaultReason.meaning(0x72).contains("first-level"));
    }

    /** Reasons of scalable mode are explained as their counterparts of legacy mode, kdump's own with its bugs. */
    @Example
    void scalableMode() throws IOException {
        String copied = "DMAR: Copied translation tables from previous kernel for dmar0\n";
        StringBuilder log = new StringBuilder(copied);
        for (String fault : List.of("[DMA Read NO_PASID] Request device [80:14.0] fault addr 0xfffff000"
                + " [fault reason 0x39] SM: Present bit in Root Entry is clear",
                "[DMA Write NO_PASID] Request device [02:00.0] fault addr 0xfffff000"
                + " [fault reason 0x59] SM: Present bit in PASID Table Entry is clear",
                "[DMA Write NO_PASID] Request device [02:00.0] fault addr 0xfffff000"
                + " [fault reason 0x79] SM: Read/Write permission error in second-level paging entry")) {
            log.append("DMAR: ").append(fault).append('\n');
        }
        Golden.check("dmesg-scalable.txt", decode("log", log.toString().getBytes(StandardCharsets.UTF_8)).text());
    }

    /** Lines that a mail program wrapped: with the reason's words on the third line, and no more than those. */
    @Example
    void wrappedLines() throws IOException {
        Golden.check("dmesg-wrapped.txt", sample("wrapped.txt").text());
        String prose = "DMAR: [DMA Write NO_PASID] Request\ndevice [80:1f.6] fault addr 0x1aba8d000 [fault reason"
                + " 0x39] SM:\nPresent bit in Root Entry is clear\nAnd then the machine hangs.\n";
        for (String text : List.of(prose, prose.replace("Request\n", "Request ").replace("Request d", "\nRequest d"),
                "> " + prose.replace("\n", "\n> "), "> > " + prose.replace("\n", "\n>> "),
                "[    1.000000] " + prose, "<4>" + prose)) {
            List<Fault> faults = faults(text);
            assertEquals(1, faults.size(), text);
            assertEquals("SM: Present bit in Root Entry is clear", faults.get(0).words());
            assertEquals(0x1aba8d000L, faults.get(0).address());
        }
        assertEquals("80:14.0 0x39", faults("DMAR: [DMA Read NO_PASID] Request device [80:14.0] fault addr 0xe8a356000"
                + " [fault reason 0x39] SM: Present bit\nin Root Entry is clear\nxhci_hcd 0000:80:14.0: alloc ERST\n")
                .stream().map(fault -> fault.device() + " 0x" + Integer.toHexString(fault.reason())).findFirst().get());
        assertEquals(0x4, FaultLog.read("DMAR: DRHD: handling fault\nstatus reg 4\n").counts().status()
                | FaultLog.read("DMAR: DRHD: handling fault status\nreg 4\n").counts().status());
    }

    /** Each line is the beginning of a message: nothing is drawn into the one before it. */
    @Example
    void linesThatBeginAreNotJoined() {
        FaultLog log = FaultLog.read("[    1.000000] DMAR: [DMA Read NO_PASID] Request device\n[    1.000001] usb 1-1:"
                + " new device\n"
                + "[    1.000002] DMAR: [DMA Write] Request device [00:02.0] fault addr 7000 [fault reason 05] x\n");
        assertEquals(1, log.faults().size());
        assertEquals(3, log.faults().get(0).line());
    }

    @Example
    void colours() throws IOException {
        Tool.Result result = sample("coloured.txt");
        assertFalse(result.text().contains("\u001b"));
        assertFalse(result.json().toString().contains("\u001b"));
        assertTrue(result.text().contains("(PTE Read access is not set)"), result.text());
        assertTrue(result.text().contains("12.345678 s"), result.text());
        String dated = "\u001b[1;31m[Wed Jun  3 15:40:37 2026] " + F1 + "\u001b[0m";
        assertEquals("Wed Jun  3 15:40:37 2026", faults(dated).get(0).timestamp());
        assertEquals("PTE Read access is not set", faults(dated).get(0).words());
        assertEquals("Jun  3 15:40:37", faults("Jun  3 15:40:37 host kernel: " + F1).get(0).timestamp());
        assertEquals("2026-06-03T15:40:37.123456", faults("2026-06-03T15:40:37.123456+02:00 host kernel: " + F1).get(0)
                .timestamp());
    }

    /** The register's SID is 0; the descriptor names the device. */
    @Example
    void errorsOfTheInvalidationQueue() throws IOException {
        Tool.Result result = sample("device-tlb-timeout.txt");
        Golden.check("dmesg-device-tlb-timeout.txt", result.text());
        Map<?, ?> error = (Map<?, ?>) ((List<?>) ((Map<?, ?>) result.json()).get("queueErrors")).get(0);
        assertEquals("af:00.3", error.get("device"));
        assertEquals("[device-TLB of af:00.3, everything]", error.get("descriptors").toString());
        QueueError twice = FaultLog.read("DMAR: VT-d detected Invalidation Time-out Error: SID 301\n"
                + "DMAR: VT-d detected Invalidation Time-out Error: SID 302\n").queueErrors().get(1);
        assertEquals("03:00.2", Fault.bdf(twice.device()));
    }

    @Example
    void everyDescriptorIsSaid() {
        Map<String, long[]> words = Map.of(
                "context cache, global", new long[] {0x11, 0},
                "context cache, device-selective of domain-id 5, device 02:00.0", new long[] {0x20000050031L, 0},
                "IOTLB, domain-selective of domain-id 5", new long[] {0x50022, 0},
                "IOTLB, page-selective of domain-id 5, 0xfffff000, 2^3 pages", new long[] {0x50032, 0xfffff003L},
                "device-TLB of 03:00.0, 0x1000, one page", new long[] {0x30000000003L, 0x1000},
                "device-TLB of 03:00.0, 0x4000, 2^2 pages", new long[] {0x30000000003L, 0x5001},
                "interrupt entry cache, 2^0 entries from 0x7", new long[] {0x700000014L, 0},
                "IOTLB of PASID 9 of domain-id 5", new long[] {0x900050026L, 0},
                "PASID cache, global", new long[] {0x37, 0},
                "a type that is not known here, 13", new long[] {0xd, 0});
        words.forEach((expected, word) -> assertEquals(expected, new QueueError.Descriptor("HEAD", word[0], word[1])
                .words()));
        assertEquals("all ones, not read from memory", new QueueError.Descriptor("HEAD", -1, -1).words());
    }

    /** As posted with 194b3348bdbb: the processor reads a directory entry that the unit did not. */
    @Example
    void tablesAfterAFault() throws IOException {
        Golden.check("dmesg-pasid-directory.txt", sample("pasid-directory.txt").text());
        FaultLog log = FaultLog.read("DMAR: " + F1.substring(6) + "\nDMAR: Dump dmar0 table entries for"
                + " IOVA\n0xfffff000\nDMAR: root entry: 0x0000000001000001\nDMAR: context entry: hi"
                + " 0x0000000000000502, low 0x0000000001001001\nDMAR: pte level: 1, pte value: 0x0000000012345003\n");
        TableDump dump = log.dump(log.faults().get(0));
        assertEquals("root entry P=1 table 0x1000000; context entry P=1 domain-id 5, AW=2, TT=0, tables 0x1001000;"
                + " level 1 R=1 W=1 address 0x12345000", dump.words());
        assertTrue(FaultHints.of(log.faults().get(0), log).get(0).contains("an older one is still cached"));
        assertTrue(FaultLog.read("DMAR: context table is not present\n").dumps().isEmpty());
    }

    @Example
    void severalProblemsAreAStory() throws IOException {
        Golden.check("dmesg-several.txt", sample("several.txt").text());
    }

    /** What the reason rules out is not said. */
    @Example
    void hintsFitTheReason() throws IOException {
        String write = sample("first-level-write.txt").text();
        assertTrue(write.contains("DMA_TO_DEVICE gives no permission to write"), write);
        assertFalse(write.contains("clflush"), write);
        String read = sample("first-level-not-present.txt").text();
        assertFalse(read.contains("permission"), read);
        assertTrue(read.contains("whether the address was mapped at that moment"), read);
        String kdump = sample("kdump-root-not-present.txt").text();
        assertFalse(kdump.contains("stay cached"), kdump);
        assertTrue(kdump.contains("1. the kernel copied the tables of a crashed one: where a bus has"), kdump);
        String lower = text(COPIED + "DMAR: [DMA Read NO_PASID] Request device [80:04.0] fault addr 0x1000 [fault"
                + " reason 0x39] SM: Present bit in Root Entry is clear");
        assertFalse(lower.contains("Fix UCTP"), lower);
        for (int reason : new int[] {0x80, 0x83, 0x84, 0x04}) {
            assertTrue(text(String.format("[DMA Write NO_PASID] Request device [00:1f.2] fault addr 0x0 [fault reason"
                    + " 0x%02x] x", reason)).contains("the address itself"));
        }
        String compatibility = text("[INTR-REMAP] Request device [f0:1f.0] fault index 0x1e [fault reason"
                + " 0x25] Blocked");
        assertFalse(compatibility.contains("index  "), compatibility);
        assertTrue(compatibility.contains("I/O APIC"), compatibility);
    }

    @Example
    void xen() {
        List<Fault> faults = faults("(XEN) [VT-D]DMAR:[DMA Read] Request device [0000:00:02.0] fault addr 8e43c000\n"
                + "(XEN) [VT-D]DMAR: reason 06 - PTE Read access is not set\n"
                + "(XEN) [VT-D]DMAR:[DMA Write] Request device [0001:02:00.1] fault addr fffff000\n"
                + "(XEN) [VT-D]DMAR: reason 0c - non-zero reserved fields in PTE\n");
        assertEquals(List.of("00:02.0 6 PTE Read access is not set", "0001:02:00.1 12 non-zero reserved fields in PTE"),
                faults.stream().map(fault -> fault.device() + " " + fault.reason() + " " + fault.words()).toList());
    }

    @Example
    void otherArchitecturesAreSaidToBeOthers() {
        String line = "AMD-Vi: Event logged [IO_PAGE_FAULT device=01:00.0 domain=0x000a address=0x0 flags=0x0000]";
        assertEquals("""
                remarks
                  1 line of another architecture's unit (AMD-Vi, SMMU), not decoded here, the first is line 1: %s
                """.formatted(line), text(line));
    }

    @Example
    void aLogWithoutFaultsIsNoError() {
        assertEquals("log: no DMAR fault in 1 line\n", decode("log", "all is well\n".getBytes()).text());
        assertEquals(List.of(), ((Map<?, ?>) decode("log", "x".getBytes()).json()).get("faults"));
    }

    /** As in a log recorded with Linux 6.1: of the fourth fault only the status was printed. */
    @Example
    void statusWithoutFault() {
        String status = "[    7.770290] DMAR: DRHD: handling fault status reg 2\n";
        assertEquals("""
                log: no DMAR fault in 2 lines

                remarks
                  1 fault status (FSTS.PPF) without a fault line after it: the kernel's rate limit, or lines are missing
                """, decode("log", (status + status).getBytes()).text());
        assertEquals(0, FaultLog.read(status + F1).counts().untold());
        assertEquals(2, FaultLog.read("DRHD: handling fault status reg 2\nDRHD: handling fault status reg 3\n")
                .counts().untold());
    }

    @Example
    void errorsOfTheQueueAreSaid() {
        assertEquals("""
                log: no DMAR fault in 2 lines

                remarks
                  the unit refused a descriptor of the invalidation queue (FSTS.IQE)
                  a device did not answer an invalidation of its TLB (FSTS.ITE): it was removed, or hangs
                  a device answered an invalidation of its TLB that nobody waited for (FSTS.ICE)
                """, decode("log", ("DMAR: DRHD: handling fault status reg 40\n"
                        + "DMAR: DRHD: handling fault status reg 30\n").getBytes()).text());
    }

    @Example
    void whatIsNoLogIsSaid() {
        assertTrue(message(null, "no such file.txt".getBytes()).startsWith("there is no file of that name"));
        assertEquals("is empty, expected a kernel log as text; save one with dmesg", message("f", new byte[0]));
        for (String packed : List.of("1f8b08 gzip", "425a6839 bzip2", "fd377a585a00 xz", "28b52ffd24 zstd")) {
            String[] parts = packed.split(" ");
            assertTrue(message("f", HexFormat.of().parseHex(parts[0])).startsWith("is compressed by " + parts[1]));
        }
        assertEquals("is text in UTF-16, expected UTF-8; convert it with iconv -f UTF-16 -t UTF-8",
                message("f", F1.getBytes(StandardCharsets.UTF_16)));
        assertTrue(message("f", "a\0b".getBytes()).startsWith("offset 0x1: a byte of 0"));
        assertEquals("3 of 6 characters are not text, expected a kernel log; save one with dmesg",
                message("f", new byte[] {(byte) 0xff, (byte) 0xff, 1, 'a', 'b', 'c'}));
    }

    private static String message(String file, byte[] bytes) {
        return assertThrows(Tool.BadInput.class, () -> decode(file, bytes)).getMessage();
    }

    @Property
    void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
        try {
            decode("f", bytes);
        } catch (Tool.BadInput e) {
            assertFalse(e.getMessage().isEmpty());
        }
    }

    /** The words of each kernel: whether numbers carry 0x, where a PASID stands, in which base the reason is. */
    private enum Format {
        TWO_LINES(false, "dmar: DMAR:[%s] Request device [%s] fault %s %x \nDMAR:[fault reason %02d] x"),
        DECIMAL(false, "DMAR: [%s] Request device [%s] fault %s %x [fault reason %02d] x"),
        DECIMAL_PASID(true, "DMAR: [%s] Request device [%s] PASID %5$x fault %3$s %4$x [fault reason %6$02d] x"),
        HEXADECIMAL_DEVICE(true, "DMAR: [%s %7$s] Request device [0x%8$s] fault %3$s 0x%4$x [fault reason 0x%6$02x] x"),
        HEXADECIMAL(true, "DMAR: [%s %7$s] Request device [%2$s] fault %3$s 0x%4$x [fault reason 0x%6$02x] x");

        private final boolean tellsPasid;
        private final String text;

        Format(boolean tellsPasid, String text) {
            this.tellsPasid = tellsPasid;
            this.text = text;
        }

        String line(Fault fault) {
            String kind = fault.kind() == Fault.Kind.READ ? "DMA Read" : "DMA Write";
            String pasid = fault.pasid() == Fault.NO_PASID ? "NO_PASID" : "PASID 0x" + Long.toHexString(fault.pasid());
            if (!tellsPasid) {
                return String.format(text, kind, fault.device(), "addr", fault.address(), fault.reason());
            }
            return String.format(text, kind, fault.device(), "addr", fault.address(), fault.pasid() & 0xffffffffL,
                    fault.reason(), pasid, fault.device().replaceFirst(":", ":0x"));
        }
    }

    @Property
    void everyFaultIsReadBack(@ForAll Format format, @ForAll @IntRange(max = 0xffff) int sourceId,
            @ForAll @IntRange(max = 0xff) int reason, @ForAll long address, @ForAll boolean write,
            @ForAll @IntRange(min = -1, max = 0xfffff) int pasid, @ForAll boolean stamped) {
        Fault fault = new Fault(1, stamped ? "12.345678" : "", write ? Fault.Kind.WRITE : Fault.Kind.READ, 0, sourceId,
                format.tellsPasid ? pasid : Fault.NO_PASID, address, reason, "x");
        assertEquals(List.of(fault), faults((stamped ? "[   12.345678] " : "") + format.line(fault)));
    }

    /** Interrupt requests: an index, in decimal reasons before 5.14 and hexadecimal ones after. */
    @Property
    void everyInterruptFaultIsReadBack(@ForAll @IntRange(max = 0xffff) int sourceId,
            @ForAll @IntRange(min = 0x20, max = 0x26) int reason, @ForAll @IntRange(max = 0xffff) int index,
            @ForAll boolean hexadecimal) {
        Fault fault = new Fault(1, "", Fault.Kind.INTERRUPT, 0, sourceId, Fault.NO_PASID, index, reason, "x");
        assertEquals(List.of(fault), faults(String.format(hexadecimal
                ? "DMAR: [INTR-REMAP] Request device [%s] fault index 0x%x [fault reason 0x%02x] x"
                : "DMAR: [INTR-REMAP] Request device [%s] fault index %x [fault reason %02d] x", fault.device(), index,
                reason)));
    }
}
