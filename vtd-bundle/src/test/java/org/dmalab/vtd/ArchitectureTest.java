package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Oracle;
import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.NoVariantException;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.rules.TestWatch;
import org.dmalab.vtd.action.KernelBoot;
import org.dmalab.vtd.hardware.Capabilities;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarWriter;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.hardware.SeedTable;
import org.dmalab.vtd.kernel.KernelEvent;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.QueuedFlush;
import org.dmalab.vtd.kernel.RegisterFlush;
import org.dmalab.vtd.oracle.PendingCommandOracle;
import org.dmalab.vtd.patch.ClearThenFlush;
import org.dmalab.vtd.patch.FlushOldDid;
import org.dmalab.vtd.patch.NoFlush;
import org.dmalab.vtd.spec.Ccmd;
import org.dmalab.vtd.spec.Iva;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Machines from presets and profiles, bad input, words, metrics, traffic, oracle. */
class ArchitectureTest {
    private static final VtdArchitecture VTD = new VtdArchitecture();

    @Test
    void everyPresetAndProfileGivesEveryParameter() {
        Set<String> known = new HashSet<>(VTD.parameters().stream().map(Parameter::name).toList());
        for (Preset preset : VTD.presets()) {
            for (Preset profile : VTD.profiles()) {
                Set<String> given = new HashSet<>(preset.values().keySet());
                given.addAll(profile.values().keySet());
                assertEquals(known, given);
                Bench bench = new Bench(new FlushOldDid(), preset.name(), profile.name(), Map.of());
                assertEquals(0, bench.run("kernel.boot"));
                assertEquals(0, bench.run("driver.probe", "device", "02:00.0"));
            }
        }
        assertEquals("X9DRG", VTD.presets().get(0).name());
        assertEquals("strict", VTD.profiles().get(0).name());
        assertEquals(List.of("dmar", "caps", "devices"), VTD.fileParameters());
        assertEquals("vtd", VTD.name());
        assertTrue(VTD.builtIn(Bench.spec("X9DRG", "strict", Map.of()), ServiceKind.CACHE_FLUSH)
                instanceof RegisterFlush);
        assertTrue(VTD.builtIn(Bench.spec("X9DRG", "strict", Map.of("invalidation", 1L)), ServiceKind.CACHE_FLUSH)
                instanceof QueuedFlush);
        assertEquals(null, VTD.builtIn(Bench.spec("X9DRG", "strict", Map.of()), ServiceKind.IOMMU));
        assertEquals(List.of(ServiceKind.IOMMU, ServiceKind.CACHE_FLUSH, ServiceKind.MEMORY_NOTIFIER), VTD.services());
    }

    /** What CAP and ECAP of each preset say: numbers and sizes, then capabilities in letters. */
    @ParameterizedTest
    @CsvSource({
        "X9DRG, 65536, 48, 0x100, 8, 0x200, 18, 3, PLMR PHMR PSI QI DT IR EIM PT SC",
        "qemu-7.2, 65536, 39, 0x220, 1, 0xf0, 18, 3, PSI QI IR PT",
        "82Q45, 256, 36, 0x200, 1, 0x100, 9, 0, RWBF PLMR PHMR PSI"})
    void presets(String name, int domains, int width, String faults, int records, String iotlb, int mask,
            int superpages, String words) {
        Map<String, Long> values = VTD.presets().stream().filter(preset -> preset.name().equals(name)).findFirst()
                .orElseThrow().values();
        Capabilities unit = new Capabilities(values.get("cap"), values.get("ecap"));
        assertEquals(List.of(domains, width, Integer.decode(faults), records, Integer.decode(iotlb), mask, superpages),
                List.of(unit.domainCount(), unit.maximumWidthBits(), unit.faultOffset(), unit.faultCount(),
                        unit.iotlbOffset(), unit.maximumAddressMask(), unit.superpages()));
        StringBuilder found = new StringBuilder();
        found.append(unit.writeBufferFlush() ? "RWBF " : "").append(unit.protectedLowMemory() ? "PLMR " : "")
                .append(unit.protectedHighMemory() ? "PHMR " : "").append(unit.cachingMode() ? "CM " : "")
                .append(unit.pageSelective() ? "PSI " : "").append(unit.enhancedSetRoot() ? "ESRTPS " : "")
                .append(unit.coherent() ? "C " : "").append(unit.queuedInvalidation() ? "QI " : "")
                .append(unit.deviceTlb() ? "DT " : "").append(unit.interruptRemapping() ? "IR " : "")
                .append(unit.extendedInterruptMode() ? "EIM " : "").append(unit.passThrough() ? "PT " : "")
                .append(unit.snoopControl() ? "SC " : "").append(unit.scalableMode() ? "SMTS " : "");
        assertEquals(words, found.toString().strip());
    }

    @Test
    void badParameters() {
        assertRefused("ramBytes", "ramBytes", 1L);
        assertRefused("ramBytes", "ramBytes", 1L << 50);
        assertRefused("hostAddressBits", "hostAddressBits", 64L);
        assertRefused("processors", "processors", 0L);
        assertRefused("invalidation", "invalidation", 2L);
        MachineSpec noQueue = Bench.spec("82Q45", "strict", Map.of("invalidation", 1L));
        assertEquals("invalidation: 1, but ECAP 0x1000 has no queue (QI, bit 1): expected 0, or an ECAP with it",
                assertThrows(IllegalArgumentException.class, () -> VTD.create(noQueue, null)).getMessage());
        assertRefused("iotlbEntries", "iotlbEntries", 0L);
        assertRefused("contextEntries", "contextEntries", 1L << 40);
        assertRefused("collapseFaults", "collapseFaults", 2L);
        assertRefused("CAP", "cap", 0L);
        assertRefused("hotplugBytes", "hotplugBytes", 1L);
        assertRefused("hotplugBytes", "hotplugBytes", 4L << 30);
        assertRefused("identity", "identity", 2L);
        assertRefused("deferredUnmap", "deferredUnmap", 2L);
    }

    private static void assertRefused(String mentioned, String parameter, long value) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new Bench(new NoFlush(), "X9DRG", "strict", Map.of(parameter, value)));
        assertTrue(e.getMessage().contains(mentioned), e.getMessage());
    }

    @Test
    void badTables() {
        byte[] real = SeedTable.resource("qemu-7.2.bin");
        assertTrue(refusal(new byte[3]).startsWith("dmar: DMAR table, offset 0x3, header"));
        DmarTable none = new DmarTable(1, true, "OEM   ", "TABLE   ", 1, 1, 1, 39, 0, List.of());
        assertEquals("dmar: the table has 0 DRHD structures, expected 1 to 16", refusal(DmarWriter.write(none)));
        for (long base : new long[] {0x1000, 0xfed90800L, -4096, VtdModel.CONTROLLER_BASE}) {
            DmarTable table = new DmarTable(1, true, "OEM   ", "TABLE   ", 1, 1, 1, 39, 0,
                    List.of(new DmarTable.Drhd(0, 0, 0, base, List.of())));
            assertTrue(refusal(DmarWriter.write(table)).startsWith("dmar: a unit at 0x"));
        }
        MachineSpec unknown = new MachineSpec("vtd", "other", "strict", "embedded",
                Bench.spec("X9DRG", "strict", Map.of()).parameters(), Map.of());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> VTD.create(unknown, null)).getMessage()
                .contains("no DMAR table"));
        Machine machine = VTD.create(withTable(real), Services.fixed(new Binding(new NoFlush(), null,
                new RegisterFlush(), null)));
        assertEquals(0, new KernelBoot().run(machine, machine.cpu(0, Level.USER), null));
    }

    private static String refusal(byte[] table) {
        return assertThrows(IllegalArgumentException.class, () -> VTD.create(withTable(table), null)).getMessage();
    }

    private static MachineSpec withTable(byte[] table) {
        return new MachineSpec("vtd", "X9DRG", "strict", "embedded",
                Bench.spec("X9DRG", "strict", Map.of()).parameters(), Map.of("dmar", table));
    }

    /** What a kernel does with tables that the reader would refuse, and with bridges. */
    @Test
    void tablesAsTheKernelReadsThem() {
        assertEquals(Errno.EINVAL, bootWith(0x32, 0)); // DRHD of length 0
        assertEquals(Errno.EINVAL, bootWith(0x48 + 25, 0)); // scope of length 0 in the first RMRR
        assertEquals(Errno.ENODEV, bootWith(0x30, 9)); // no DRHD
        Bench narrow = new Bench(new NoFlush(), "X9DRG", "strict", Map.of("cap", 0x00d2078c106f0066L));
        assertEquals(Errno.EINVAL, narrow.run("kernel.boot")); // no address width that this kernel can use
        List<DmarTable.Scope> behindBridge = List.of(new DmarTable.Scope(1, 0, 0, 0,
                List.of(new DmarTable.Hop(1, 0), new DmarTable.Hop(0, 0))));
        DmarTable table = new DmarTable(1, true, "OEM   ", "TABLE   ", 1, 1, 1, 39, 0,
                List.of(new DmarTable.Drhd(1, 0, 0, 0xfed90000L, List.of()),
                        new DmarTable.Rmrr(0, 0xe8000, 0xe8fff, behindBridge),
                        new DmarTable.Rhsa(0xfed90000L, 1)));
        Machine machine = VTD.create(withTable(DmarWriter.write(table)),
                Services.fixed(new Binding(new NoFlush(), null, new RegisterFlush(), null)));
        assertEquals(0, new KernelBoot().run(machine, machine.cpu(0, Level.USER), null));
    }

    private static long bootWith(int offset, int value) {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        bench.machine.model(VtdModel.class).memory().put(VtdModel.DMAR_ADDRESS + offset, 1, value);
        return bench.run("kernel.boot");
    }

    @Test
    void badAddresses() {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        for (long address : new long[] {0xc0000000L, 0xfed90000L, -8, 1L << 40, 0xffff888000000000L + (6L << 30)}) {
            KernelBug oops = assertThrows(KernelBug.class, () -> bench.machine.ports().memory().read(0, address, 8,
                    org.dmalab.api.cpu.Endian.LITTLE));
            assertEquals("unable to handle page fault for address: 0x" + Long.toHexString(address)
                    + ", on processor 0", oops.getMessage());
            assertEquals("page fault: no memory at 0x" + Long.toHexString(address), bench.words().get(
                    bench.words().size() - 1));
        }
        bench.machine.ports().memory().write(0, 0xffff888000000000L + (4L << 30), 4, org.dmalab.api.cpu.Endian.BIG,
                0x11223344);
        assertEquals(0x44332211L, bench.machine.ports().memory().read(0, 4L << 30, 4,
                org.dmalab.api.cpu.Endian.LITTLE));
        assertEquals(-1, bench.machine.ports().registers().read(0xf0000000L, 8));
        assertEquals(0xffffffffL, bench.machine.ports().registers().read(0xf0000000L, 4));
        bench.machine.ports().registers().write(0xf0000000L, 4, 1);
        bench.machine.ports().registers().write(VtdModel.CONTROLLER_BASE + 0x10, 4, 1);
        assertEquals(0, bench.machine.ports().registers().read(VtdModel.CONTROLLER_BASE + 0x10, 4));
        assertEquals(-1, bench.machine.ports().config().read(0x300, 0, 8));
        bench.machine.ports().config().write(0x200, 0x10, 4, 5);
        assertEquals(VtdModel.CONTROLLER_BASE, bench.machine.ports().config().read(0x200, 0x10, 4));
    }

    // ---- words ----

    @Test
    void timelineOfTheSeed() {
        Bench bench = KdumpScenarioTest.play(new NoFlush(), "X9DRG", "strict");
        int from = bench.events.size();
        bench.run("driver.probe", "device", "02:00.0", "tries", "1");
        List<String> words = bench.events.subList(from, bench.events.size()).stream()
                .map(event -> VTD.describe(bench.machine, event)).filter(text -> !text.isEmpty()).toList();
        int buffer = words.indexOf("buffer mapped: 02:00.0 0xfffff000 -> memory 0x" + Long.toHexString(bufferAddress(
                bench)) + ", 0x40 bytes, bidirectional");
        assertEquals("hpsa doorbell = 0x20", words.get(0));
        assertEquals(List.of("hpsa request port = 0xfffff000",
                "fault record 0: sid=02:00.0 address 0xfffff000 reason 0x6",
                "read of 0xfffff000 refused: fault reason 0x6, PTE Read access is not set", "FRCD0+12 = 0x80000000",
                "FSTS = 0x83"), words.subList(buffer + 1, words.size()));
    }

    private static long bufferAddress(Bench bench) {
        return bench.events.stream().filter(event -> event.kind() == EventKind.BUFFER_TO_DEVICE
                && event.b() == 0xfffff000L).reduce((first, last) -> last).orElseThrow().c();
    }

    @Test
    void wordsForCachesAndFaults() {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        assertWords(bench, "translates 0xfff000 -> 0x4000000, did=5: IOTLB hit", HardwareEvent.TRANSLATED, 0xfff000,
                0x4000000, HardwareEvent.IOTLB_HIT | HardwareEvent.CONTEXT_HIT, 5);
        assertWords(bench, "translates 0xfff000 -> 0x4000000, did=5: context cache hit, tables walked",
                HardwareEvent.TRANSLATED, 0xfff000, 0x4000000, HardwareEvent.CONTEXT_HIT, 5);
        assertWords(bench, "translates 0x1 -> 0x2, did=0: tables walked", HardwareEvent.TRANSLATED, 1, 2, 0, 0);
        assertWords(bench, "context entry of 02:00.0 cached: did=5 tables 0x4000000", HardwareEvent.CONTEXT_CACHED,
                0x200,
                0x4000001, 0x502, 0);
        assertWords(bench, "context cache flushed, global: 3 entries dropped", HardwareEvent.CONTEXT_FLUSHED, 1, 0, 0,
                3);
        assertWords(bench, "context cache flushed, device-selective did=5 sid=02:00.0: 1 entries dropped",
                HardwareEvent.CONTEXT_FLUSHED, 3, 5, 0x200, 1);
        assertWords(bench, "IOTLB flushed, domain-selective did=5: 1 entries dropped", HardwareEvent.IOTLB_FLUSHED, 2,
                5, 0,
                1);
        assertWords(bench, "IOTLB flushed, page-selective did=5 0x1000, 2^2 pages: 1 entries dropped",
                HardwareEvent.IOTLB_FLUSHED, 3, 5, 0x1002, 1);
        assertWords(bench, "fault of 02:00.0 at 0x1000, reason 0x6, not recorded: no free record",
                HardwareEvent.FAULT_UNRECORDED, 1, 0x200, 0x1000, 6);
        assertWords(bench, "fault of 02:00.0 at 0x1000, reason 0x6, not recorded: one is pending for the device",
                HardwareEvent.FAULT_UNRECORDED, 2, 0x200, 0x1000, 6);
        assertWords(bench, "fault of 02:00.0 at 0x1000, reason 0x6, not recorded: fault processing is disabled",
                HardwareEvent.FAULT_UNRECORDED, 3, 0x200, 0x1000, 6);
        assertWords(bench, "the unit empties its caches: root table pointer set", HardwareEvent.CACHES_RESET, 1, 0, 0,
                0);
        assertWords(bench, "the unit empties its caches: translation enable changed", HardwareEvent.CACHES_RESET, 2, 0,
                0,
                0);
    }

    @Test
    void wordsForDescriptors() {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        assertWords(bench, "queue descriptor 1: context cache global", HardwareEvent.DESCRIPTOR, 1, 0x11, 0, 0);
        assertWords(bench, "queue descriptor 2: context cache device-selective did=5 sid=02:00.0",
                HardwareEvent.DESCRIPTOR, 2, 0x20000050031L, 0, 0);
        assertWords(bench, "queue descriptor 3: IOTLB page-selective did=5 0x1000 am=2 ih", HardwareEvent.DESCRIPTOR, 3,
                0x50032, 0x1042, 0);
        assertWords(bench, "queue descriptor 3: IOTLB domain-selective did=5", HardwareEvent.DESCRIPTOR, 3, 0x50022, 0,
                0);
        assertWords(bench, "queue descriptor 3: device-TLB of 02:00.0, 0x1000 and more", HardwareEvent.DESCRIPTOR, 3,
                0x20000000003L, 0x1001, 0);
        assertWords(bench, "queue descriptor 3: interrupt entry cache", HardwareEvent.DESCRIPTOR, 3, 4, 0, 0);
        assertWords(bench, "queue descriptor 3: wait, status 2 at 0x1000, interrupt, fence", HardwareEvent.DESCRIPTOR,
                3,
                0x200000075L, 0x1000, 0);
        assertWords(bench, "queue descriptor 3: IOTLB of PASID 7 did=5", HardwareEvent.DESCRIPTOR, 3, 0x700050006L, 0,
                0);
        assertWords(bench, "queue descriptor 3: PASID cache global did=0 PASID 0", HardwareEvent.DESCRIPTOR, 3, 0x37,
                0, 0);
        assertWords(bench, "queue descriptor 3: 0x208 0x0", HardwareEvent.DESCRIPTOR, 3, 0x208, 0, 0);
    }

    @Test
    void wordsForTheQueueAndDeviceTlbs() {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        assertWords(bench, "PASID cache flushed, global: 2 entries dropped", HardwareEvent.PASIDS_FLUSHED, 3, 0, 0, 2);
        assertWords(bench, "PASID cache flushed, did=5: 2 entries dropped", HardwareEvent.PASIDS_FLUSHED, 0, 5, 0, 2);
        assertWords(bench, "PASID cache flushed, did=5 PASID 7: 1 entries dropped", HardwareEvent.PASIDS_FLUSHED, 1, 5,
                7,
                1);
        assertWords(bench, "invalidation queue error at offset 0x30: reserved descriptor type",
                HardwareEvent.QUEUE_ERROR,
                Reg.IQE, 3, 3, 0);
        assertWords(bench, "invalidation time-out: 02:00.0 does not answer", HardwareEvent.QUEUE_ERROR, Reg.ITE, 3,
                0x200,
                0);
        assertWords(bench, "invalidation completion error: an answer of 02:00.0 that nobody waits for",
                HardwareEvent.QUEUE_ERROR, Reg.ICE, 3, 0x200, 0);
        assertWords(bench, "device-TLB of 02:00.0, 0x1000 and 0x2000 bytes: 1 entries dropped",
                HardwareEvent.DEVICE_TLB_FLUSHED, 0x200, 0x1000, 0x2000, 1);
        assertWords(bench, "device-TLB of 02:00.0, 0x0 and all: no answer", HardwareEvent.DEVICE_TLB_FLUSHED, 0x200, 0,
                0,
                -1);
    }

    @Test
    void wordsForDmaAndWhatIsRefused() {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        assertWords(bench, "read of 0x1000 lost, no fault recorded", EventKind.DMA_DROPPED, 0x1000, 0, 0, 0);
        assertWords(bench, "write of 0x1000 lost, no fault recorded", EventKind.DMA_DROPPED, 0x1000, 1, 0, 0);
        assertWords(bench, "write of 0x1000: no memory at 0x2000", EventKind.DMA_ABORT, 0x1000, 0x2000, 8, 1);
        assertWords(bench, "write of 0x1000 refused: fault reason 0x5, PTE Write access is not set",
                EventKind.DMA_FAULT, 0x1000, 1, 5, 0);
        assertWords(bench, "read of 0x1000 refused: fault reason 0x7f, Unknown", EventKind.DMA_FAULT, 0x1000, 0, 0x7f,
                0);
        assertWords(bench, "refused, wrong width: GCMD 0", EventKind.COMMAND_REFUSED, Reg.GCMD, 1, 0, 0);
        assertWords(bench, "refused, reserved: CCMD reserved (not started)", EventKind.COMMAND_REFUSED, Reg.CCMD, 2, 0,
                0);
        assertWords(bench, "refused, queued invalidation is enabled: IOTLB global", EventKind.COMMAND_REFUSED, 0x208, 3,
                Iva.IVT.mask() | 1L << 60, 0);
        assertWords(bench, "did=7 goes to a new domain", KernelEvent.DOMAIN_ID_TAKEN, 7, 0, 0, 0);
        assertWords(bench, "", HardwareEvent.TABLE_READ, 1, 2, 3, 4);
    }

    @Test
    void wordsForEveryRegisterAndReason() {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        for (int offset = 0; offset < 0xc0; offset += 4) {
            assertTrue(!VtdWords.named(bench.machine.model(VtdModel.class).unit().capabilities(), offset, 1).isEmpty());
        }
        for (int reason = 0; reason < 16; reason++) {
            assertTrue(!VTD.describe(bench.machine, new Event(1, 0, EventKind.DMA_FAULT, 0, 0, 0, reason, 0, 0, 0))
                    .isEmpty());
        }
    }

    private static void assertWords(Bench bench, String expected, int kind, long a, long b, long c, long d) {
        assertEquals(expected, VTD.describe(bench.machine, new Event(1, 0, kind, 0, a, b, c, d, 0, 0)));
    }

    @Test
    void metricsCount() {
        Bench bench = KdumpScenarioTest.play(new FlushOldDid(), "X9DRG", "strict");
        bench.run("driver.probe", "device", "02:00.0");
        Map<String, Long> metrics = new java.util.TreeMap<>();
        VTD.metrics().forEach(metric -> metrics.put(metric.name(), bench.events.stream().mapToLong(event ->
                metric.counter().count(event.kind(), event.a(), event.b(), event.c(), event.d(), event.e(),
                        event.result())).sum()));
        assertEquals(3, metrics.get("contextFlushes"));
        assertEquals(5, metrics.get("iotlbFlushes"));
        assertEquals(0, metrics.get("faultsRecorded"));
        assertTrue(metrics.get("walks") < metrics.get("translations"));
        assertTrue(metrics.get("tableReads") > 0);
    }

    // ---- actions, traffic, oracle ----

    @Test
    void actionsHelpAndDescribe() {
        Set<String> names = new HashSet<>();
        for (Action action : Bench.ACTIONS) {
            assertTrue(names.add(action.name()));
            assertTrue(!action.summary().isEmpty());
            action.parameters().forEach(parameter -> assertTrue(!parameter.summary().isEmpty()));
        }
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        assertEquals("02:00.0: root table 0x0, context entry hi 0x0000000000000000, low 0x0000000000000000",
                bench.describe("iommu.show", bench.run("iommu.show", "device", "02:00.0"), "device", "02:00.0"));
        bench.run("kernel.boot");
        bench.run("device.dma", "device", "02:00.0", "address", "0xe8000");
        assertTrue(bench.describe("iommu.show", 0, "device", "02:00.0").endsWith(", cached"));
        long root = bench.machine.model(VtdModel.class).unit().rootTable();
        long entry = (bench.machine.model(VtdModel.class).memory().fetch(root + 2 * 16, 8) & ~0xfffL);
        bench.machine.ports().memory().write(0, entry, 8, org.dmalab.api.cpu.Endian.LITTLE, 0);
        String shown = bench.describe("iommu.show", 0, "device", "02:00.0");
        assertTrue(shown.contains(" in memory, hi 0x") && shown.endsWith(
                "low 0x0000000000000000 not yet written back, cached"), shown);
        assertEquals("bus address 0xfffff000", bench.describe("dma.map", 0xfffff000L, "device", "02:00.0"));
        assertEquals("3 of 3 bytes", bench.describe("device.dma", bench.run("device.dma", "device", "02:00.0",
                "address", "0xe8000", "length", "3"), "device", "02:00.0", "address", "0xe8000", "length", "3"));
    }

    /** Each call changes the tables, swapping variants between calls included, and is counted once. */
    @Test
    void traffic() {
        Switching services = new Switching();
        Machine machine = VTD.create(Bench.spec("X9DRG", "strict", Map.of()), services);
        for (var step : VTD.bootSteps()) {
            Action action = Bench.ACTIONS.stream().filter(a -> a.name().equals(step.action())).findFirst()
                    .orElseThrow();
            Map<String, Long> values = new java.util.HashMap<>();
            for (Parameter parameter : action.parameters()) {
                values.put(parameter.name(), org.dmalab.api.Values.parse(parameter,
                        step.values().getOrDefault(parameter.name(), parameter.otherwise())));
            }
            assertEquals(0, action.run(machine, machine.cpu(0, Level.USER), new org.dmalab.api.Values(values)));
        }
        long fingerprint = machine.store().fingerprint();
        for (int i = 0; i < 2000; i++) {
            services.current = i % 3;
            assertEquals(0, VTD.traffic(machine, i));
            assertEquals(i + 1, VTD.trafficSeen(machine));
            long next = machine.store().fingerprint();
            assertTrue(next != fingerprint);
            fingerprint = next;
        }
        services.current = 3;
        for (int i = 0; i < 20; i++) {
            assertThrows(NoVariantException.class, () -> VTD.traffic(machine, 0));
            assertEquals(fingerprint, machine.store().fingerprint());
        }
        services.current = 0;
        assertEquals(0, VTD.traffic(machine, 0));
        assertEquals(2001, VTD.trafficSeen(machine));
    }

    /** A switch that drops a call is found: the tables do not show its effect. */
    @Test
    void droppedCallIsNotCounted() {
        Switching services = new Switching();
        Machine machine = VTD.create(Bench.spec("X9DRG", "strict", Map.of()), services);
        new KernelBoot().run(machine, machine.cpu(0, Level.USER), null);
        services.current = 4;
        long result = VTD.traffic(machine, 0);
        assertEquals(0, VTD.trafficSeen(machine));
        assertTrue(result < 0);
    }

    private static final class Switching implements Services {
        private int current;

        @Override
        public Binding enter() {
            return switch (current) {
                case 0 -> new Binding(new NoFlush(), null, new RegisterFlush(), null);
                case 1 -> new Binding(new FlushOldDid(), null, new RegisterFlush(), null);
                case 2 -> new Binding(new ClearThenFlush(), null, new RegisterFlush(), null);
                case 3 -> throw new NoVariantException("none");
                default -> new Binding(new Dropping(), null, new RegisterFlush(), null);
            };
        }

        @Override
        public void leave() {
            // nobody waits
        }
    }

    private static final class Dropping implements org.dmalab.api.service.Iommu {
        @Override
        public long attach(org.dmalab.api.cpu.Cpu cpu, long device, long domain) {
            return 0;
        }

        @Override
        public long map(org.dmalab.api.cpu.Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes,
                org.dmalab.api.service.Direction direction) {
            return busAddress;
        }

        @Override
        public long unmap(org.dmalab.api.cpu.Cpu cpu, long domain, long busAddress, long sizeBytes,
                org.dmalab.api.service.Direction direction) {
            return 0;
        }
    }

    @Test
    void pendingCommandIsAViolation() {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        List<String> violations = new ArrayList<>();
        Oracle oracle = new PendingCommandOracle();
        Oracle.Watch watch = new TestWatch(bench.machine, oracle, violations::add);
        assertEquals("vtd", oracle.arch());
        oracle.end(watch, oracle.attach(watch));
        assertEquals(List.of(), violations);
        VtdModel model = bench.machine.model(VtdModel.class);
        bench.machine.ports().registers().write(model.unitBase() + Reg.GCMD, 4, Reg.QIE);
        bench.machine.ports().registers().write(model.unitBase() + Reg.CCMD, 8,
                Ccmd.ICC.mask() | 3L << 61 | 0x200 << 16 | 1);
        bench.machine.ports().registers().write(model.unitBase() + 0x208, 8, Iva.IVT.mask() | 2L << 60 | 1L << 32);
        oracle.end(watch, oracle.attach(watch));
        assertEquals(List.of("command left pending: CCMD device-selective did=1 sid=02:00.0",
                "command left pending: IOTLB domain-selective did=1"), violations);
    }

    /** The same run twice gives the same events, and a rollback the same machine. */
    @Test
    void runsAreRepeatable() {
        Bench first = KdumpScenarioTest.play(new NoFlush(), "X9DRG", "strict");
        Bench second = KdumpScenarioTest.play(new NoFlush(), "X9DRG", "strict");
        assertEquals(first.events, second.events);
        long mark = first.machine.store().mark();
        long before = first.machine.store().fingerprint();
        first.run("driver.probe", "device", "02:00.0");
        first.machine.store().rollback(mark);
        assertEquals(before, first.machine.store().fingerprint());
        int from = first.events.size();
        first.run("device.dma", "device", "02:00.0", "address", "0xffffe000", "direction", "write");
        int from2 = second.events.size();
        second.run("device.dma", "device", "02:00.0", "address", "0xffffe000", "direction", "write");
        assertEquals(second.words().subList(second.words().size() - 2, second.words().size()),
                first.words().subList(first.words().size() - 2, first.words().size()));
        assertEquals(second.events.size() - from2, first.events.size() - from);
        assertEquals(second.machine.store().fingerprint(), first.machine.store().fingerprint());
    }

    @Test
    void kernelLayoutIsOnePlace() {
        assertEquals(KernelLayout.BASE, KernelLayout.RAM_BYTES.address());
        assertTrue(KernelLayout.TRAFFIC_MAPS.address() + 4 <= KernelLayout.BASE + KernelLayout.STATIC_BYTES);
    }
}
