package org.dmalab.vtd.tool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.dmalab.api.Tool;
import org.dmalab.api.Values;
import org.dmalab.vtd.hardware.DmarReader;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarTable.Andd;
import org.dmalab.vtd.hardware.DmarTable.Atsr;
import org.dmalab.vtd.hardware.DmarTable.Drhd;
import org.dmalab.vtd.hardware.DmarTable.Hop;
import org.dmalab.vtd.hardware.DmarTable.Other;
import org.dmalab.vtd.hardware.DmarTable.Rhsa;
import org.dmalab.vtd.hardware.DmarTable.Rmrr;
import org.dmalab.vtd.hardware.DmarTable.Satc;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Sidp;
import org.dmalab.vtd.hardware.DmarWriter;
import org.dmalab.vtd.hardware.SeedTable;

class DmarShowTest {
    private static final int HEADER_BYTES = 48;
    private static final String COPY = "; copy /sys/firmware/acpi/tables/DMAR as it is";
    private static final Scope CARD = new Scope(1, 0, 0, 0, List.of(new Hop(0x1c, 0), new Hop(0, 1)));

    private static Tool.Result show(byte[] table) {
        return new DmarShow().run(new Tool.Input(Map.of("file", new Tool.Document("table.bin", table)),
                new Values(Map.of())));
    }

    private static byte[] table(boolean checksummed, DmarTable.Structure... structures) {
        return DmarWriter.write(new DmarTable(3, checksummed, "ACME\0\0", "BOARD   ", 2, 0x4c544e49, 0x20240101, 46, 7,
                List.of(structures)));
    }

    @Example
    void realTable() throws IOException {
        Golden.check("dmar-qemu.txt", show(SeedTable.resource("qemu-7.2.bin")).text());
    }

    @Example
    void tableOfTheBugReport() throws IOException {
        Tool.Result result = show(SeedTable.resource("seed-rmrr.bin"));
        Golden.check("dmar-seed.txt", result.text());
        assertEquals(List.of(), ((Map<?, ?>) result.json()).get("problems"));
        assertEquals(8, ((List<?>) ((Map<?, ?>) result.json()).get("structures")).size());
    }

    @Example
    void everyKindOfStructure() throws IOException {
        byte[] bytes = table(true, new Drhd(0, 1, 0, 0xfed90000L, List.of(CARD, new Scope(4, 0, 2, 0xf0,
                List.of(new Hop(0x1f, 0))), new Scope(5, 1, 1, 0, List.of(new Hop(2, 0))))),
                new Drhd(1, 0, 0, 0xfed92000L, List.of()), new Rmrr(0, 0x7b800000L, 0x7fffffffL, List.of(CARD)),
                new Atsr(0, 0, List.of(new Scope(2, 0, 0, 0x80, List.of(new Hop(1, 0))))),
                new Rhsa(0xfed90000L, 1), new Andd(1, "\\_SB.PCI0.UA00"), new Satc(1, 0, List.of(CARD)),
                new Sidp(0, List.of(new Scope(1, 1, 0, 0, List.of(new Hop(3, 0))))), new Other(7, "00000100"));
        Tool.Result result = show(bytes);
        Golden.check("dmar-all.txt", result.text());
        Golden.check("dmar-all.json.txt", result.json().toString() + "\n");
    }

    @Example
    void everythingThatCanBeOdd() throws IOException {
        byte[] bytes = table(false, new Drhd(1, 0, 0, 0xfed90800L, List.of()), new Drhd(0, 0, 0, 0xfed90800L,
                List.of(new Scope(9, 0, 0, 0, List.of()), new Scope(1, 0, 0, 0, List.of(new Hop(32, 0))))),
                new Rmrr(0, 0x2000, 0x1fff, List.of(CARD)), new Rmrr(0, 0x1000, 0x1800, List.of()),
                new Rmrr(0, 0, 1L << 46 | 0xfff, List.of(new Scope(5, 0, 7, 0, List.of(new Hop(0, 0))))),
                new Rhsa(0x1000, 0), new Andd(3, "X"));
        bytes[38] = 5;
        bytes[9] = 1;
        Golden.check("dmar-odd.txt", show(bytes).text());
        assertTrue(show(table(true)).text().contains("there is no DRHD"));
    }

    /** As firmware has been seen to leave them, or people to copy them. */
    @Example
    void oddCopiesAndTables() throws IOException {
        for (String name : List.of("andd-padded", "andd-no-nul", "zero-length", "padded-to-4k", "truncated",
                "order-rmrr-first", "reserved-flags")) {
            Golden.check("dmar-" + name + ".txt", show(SeedTable.resource(name + ".bin")).text());
        }
    }

    @Example
    void whatFirmwareGetsWrong() throws IOException {
        byte[] bytes = table(true, new Drhd(0, 2, 0, 0xfed90000L, List.of(CARD)),
                new Drhd(0, 0, 0, 0xfed93000L, List.of(CARD)), new Drhd(0, 0, 1, 0xfed98000L, List.of()),
                new Rmrr(0, 0xfed80000L, 0xfed9ffffL, List.of(CARD)), new Rmrr(0, 0x1000, 0x2fff, List.of(CARD)),
                new Rmrr(0, 0x2000, 0x3fff, List.of(CARD)), new Rmrr(0, 0x2000, 0x3fff,
                        List.of(new Scope(1, 0, 0, 0, List.of(new Hop(2, 0))))), new Atsr(0, 0, List.of()),
                new Satc(0, 7, List.of(CARD)));
        Golden.check("dmar-firmware.txt", show(bytes).text());
    }

    /** 0 clean, 1 a problem, 2 unreadable. */
    @Example
    void verdictsForFirmware() {
        Tool.Result clean = check(SeedTable.resource("seed-rmrr.bin"));
        assertEquals("table.bin: clean\n", clean.text());
        assertTrue(clean.clean());
        assertEquals("{file=table.bin, clean=true, problems=[], kernels=[], copy=[]}", clean.json().toString());
        assertTrue(check(SeedTable.resource("andd-padded.bin")).clean());
        assertTrue(check(SeedTable.resource("padded-to-4k.bin")).clean());
        Tool.Result order = check(SeedTable.resource("order-rmrr-first.bin"));
        assertTrue(order.text().startsWith("table.bin: 1 problem\n"), order.text());
        assertEquals(false, order.clean());
        assertEquals(false, check(SeedTable.resource("andd-no-nul.bin")).clean());
        assertEquals("offset 0x4, header: length 104, the file has 98 bytes: the copy is cut off, and what is missing"
                + " is not shown", assertThrows(Tool.BadInput.class, () -> check(SeedTable.resource("truncated.bin")))
                        .getMessage());
    }

    private static Tool.Result check(byte[] table) {
        return new DmarCheck().run(new Tool.Input(Map.of("file", new Tool.Document("table.bin", table)),
                new Values(Map.of())));
    }

    /**
     * What people paste: acpidump, xxd, hexdump -C, od -A x -t x1; with letters beside the bytes that look like some.
     */
    @Example
    void textsOfATable() {
        byte[] bytes = SeedTable.resource("seed-rmrr.bin");
        bytes = Arrays.copyOf(bytes, bytes.length - 8);
        bytes[4] = (byte) bytes.length;
        bytes = DmarWriter.withChecksum(bytes);
        String acpidump = "FACP @ 0x00000000BDFE0000\n    0000: 46 41 43 50 F4 00 00 00\n\n"
                + "DMAR @ 0x00000000BDFE1000\n" + rows(bytes, "    %04X: ", " ", 1) + "\nHPET @ 0x0000000000000000\n"
                + "    0000: 48 50 45 54\n";
        for (String text : List.of(acpidump, rows(bytes, "%08x: ", " ", 2), rows(bytes, "%08x  ", " ", 1),
                rows(bytes, "%06x ", " ", 1), "Raw Table Data: Length 264\n\n" + rows(bytes, "  %04X: ", " ", 1))) {
            assertArrayEquals(bytes, DmarInput.table(text.getBytes()), text);
        }
    }

    /** Dumps without letters: plain digits, C source, words of 16 bits, octal offsets; wide rows, CR LF, quoted. */
    @Example
    void moreTextsOfATable() {
        byte[] bytes = SeedTable.resource("seed-rmrr.bin");
        StringBuilder plain = new StringBuilder();
        StringBuilder source = new StringBuilder("unsigned char dmar_bin[] = {\n");
        StringBuilder words = new StringBuilder();
        StringBuilder octal = new StringBuilder();
        StringBuilder wide = new StringBuilder();
        for (int at = 0; at < bytes.length; at++) {
            plain.append(String.format("%02x", bytes[at])).append(at % 30 == 29 ? "\n" : "");
            source.append(String.format("0x%02x,%s", bytes[at], at % 12 == 11 ? "\n" : " "));
            words.append(at % 16 == 0 ? String.format("%07x", at) : "").append(at % 2 != 0 ? ""
                    : String.format(" %02x%02x", bytes[at + 1], bytes[at])).append(at % 16 == 15 ? "\n" : "");
            octal.append(at % 16 == 0 ? String.format("%07o", at) : "").append(String.format(" %02x", bytes[at]))
                    .append(at % 16 == 15 ? "\n" : "");
            wide.append(at % 32 == 0 ? String.format("%08x: ", at) : "").append(String.format("%02x", bytes[at]))
                    .append(at % 2 != 0 ? " " : "").append(at % 32 == 31 ? " DMAR..\n" : "");
        }
        source.append("};\nunsigned int dmar_bin_len = 272;\n");
        String quoted = ("DMAR @ 0x00000000BDFE1000\n" + rows(bytes, "    %04X: ", " ", 1)).replaceAll("(?m)^", "> ");
        for (String text : List.of(plain.toString(), source.toString(), words + "0000110\n", octal + "0000420\n",
                wide.toString(), wide.toString().replace("\n", "\r\n"), quoted)) {
            assertArrayEquals(bytes, DmarInput.table(text.getBytes()), text);
        }
    }

    private static String rows(byte[] bytes, String offset, String between, int group) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < bytes.length; at += 16) {
            text.append(String.format(offset, at));
            for (int i = at; i < Math.min(at + 16, bytes.length); i++) {
                text.append(String.format("%02X", bytes[i])).append((i - at) % group == group - 1 ? between : "");
            }
            text.append(" ADDED BEEF ..\n");
        }
        return text.toString();
    }

    @Example
    void whatCannotBeReadIsLocated() {
        byte[] good = SeedTable.resource("seed-rmrr.bin");
        assertEquals("DMAR table, offset 0x10, header: the table ends, expected 48 bytes" + COPY,
                message(Arrays.copyOf(good, 16)));
        byte[] other = good.clone();
        System.arraycopy("FACP".getBytes(), 0, other, 0, 4);
        assertEquals("DMAR table, offset 0x0, header: signature \"FACP\", expected \"DMAR\"" + COPY, message(other));
        assertTrue(message(("FACP" + "x".repeat(60)).getBytes()).startsWith("is text without a DMAR table"));
        assertTrue(message("FACP @ 0x0000\n    0000: 46 41 43 50\n".getBytes()).startsWith("DMAR table, offset"));
        assertTrue(message(new byte[0]).endsWith("as it is"));
    }

    private static String message(byte[] table) {
        return assertThrows(Tool.BadInput.class, () -> show(table)).getMessage();
    }

    /** Whatever the bytes behind the signature and length are, they are shown or refused with a place. */
    @Property
    void anyBytesAreShownOrLocated(@ForAll @Size(max = 200) byte[] body) {
        byte[] bytes = Arrays.copyOf(table(false), HEADER_BYTES + body.length);
        System.arraycopy(body, 0, bytes, HEADER_BYTES, body.length);
        bytes[4] = (byte) bytes.length;
        shownOrLocated(bytes);
    }

    @Property
    void corruptedTablesAreShownOrLocated(@ForAll @IntRange(min = 0, max = 271) int at, @ForAll byte value,
            @ForAll @IntRange(min = 0, max = 271) int at2, @ForAll byte value2) {
        byte[] bytes = SeedTable.resource("seed-rmrr.bin");
        bytes[at] = value;
        bytes[at2] = value2;
        shownOrLocated(bytes);
    }

    private static void shownOrLocated(byte[] bytes) {
        try {
            String text = show(bytes).text();
            assertTrue(text.chars().allMatch(c -> c == '\n' || c >= ' ' && c <= '~'), text);
            DmarReader.Inspection inspection = DmarReader.inspect(bytes);
            assertEquals(inspection.offsets().size(), inspection.table().structures().size());
        } catch (Tool.BadInput e) {
            assertTrue(e.getMessage().matches("DMAR table, offset 0x[0-9a-f]+, [^:]+: .+"), e.getMessage());
        }
    }
}
