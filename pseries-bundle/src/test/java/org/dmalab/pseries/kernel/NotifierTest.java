package org.dmalab.pseries.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.dmalab.api.NotReadyException;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.event.Event;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.pseries.Rig;
import org.dmalab.pseries.hardware.Papr;
import org.dmalab.pseries.hardware.TceTables;
import org.dmalab.pseries.kernel.KernelLayout.DmaWin;
import org.dmalab.pseries.kernel.KernelLayout.MemoryBlock;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The truth table of the memory notifier for every version, and the edge cases that follow from it. */
class NotifierTest {
    private static final long GIB = 1L << 30;
    private static final long PMEM = 1L << 42;
    private static final int PFNS = (int) (GIB >>> 16);
    private static final long OK = MemoryNotifier.NOTIFY_OK;
    private static final long BAD = MemoryNotifier.NOTIFY_BAD;

    private Rig rig;
    private LiveCpu cpu;

    /** 4 GiB of memory of at most 8, persistent memory at 4 TiB, a direct window of 2^33 bytes. */
    private void make(String patch, Object... set) {
        Map<String, Long> values = new java.util.TreeMap<>(Map.of("ramBytes", 4 * GIB, "lrdrCapacityBytes", 8 * GIB,
                "pmemStart", PMEM, "pmemBytes", 4 * GIB));
        for (int i = 0; i < set.length; i += 2) {
            values.put((String) set[i], ((Number) set[i + 1]).longValue());
        }
        rig = new Rig(Rig.variant("direct-only"), "lpar-422G", "powervm", values).booted();
        rig.use(Rig.variant(patch));
        cpu = rig.cpu();
        rig.events.clear();
        rig.violations.clear();
    }

    private long notify(int action, long start) {
        return cpu.services().enter().memoryNotifier().notify(cpu, action, start >>> 16, PFNS);
    }

    private int calls() {
        return rig.hypercalls(Papr.H_PUT_TCE_INDIRECT).size() + rig.hypercalls(Papr.H_STUFF_TCE).size();
    }

    /** Columns: version, action, direct, below the maximum, inside the window, hypercalls, answer. */
    @ParameterizedTest
    @CsvSource({
        "all-windows, 8, true, true, 1, OK", "all-windows, 8, true, false, 1, BAD",
        "all-windows, 8, false, true, 1, OK", "all-windows, 8, false, false, 1, BAD",
        "all-windows, 16, true, true, 1, OK", "all-windows, 16, true, false, 1, OK",
        "all-windows, 16, false, true, 1, OK", "all-windows, 4, true, true, 1, OK",
        "all-windows, 4, true, false, 1, BAD", "all-windows, 4, false, true, 1, OK",
        "direct-only, 8, true, true, 1, OK", "direct-only, 8, true, false, 1, BAD",
        "direct-only, 8, false, true, 0, OK", "direct-only, 8, false, false, 0, OK",
        "direct-only, 16, true, true, 1, OK", "direct-only, 16, true, false, 1, OK",
        "direct-only, 16, false, true, 0, OK", "direct-only, 4, true, true, 1, OK",
        "direct-only, 4, true, false, 1, BAD", "direct-only, 4, false, true, 0, OK",
        "pmem-guard, 8, true, true, 1, OK", "pmem-guard, 8, true, false, 0, OK",
        "pmem-guard, 8, false, true, 0, OK", "pmem-guard, 8, false, false, 0, OK",
        "pmem-guard, 16, true, true, 1, OK", "pmem-guard, 16, true, false, 0, OK",
        "pmem-guard, 4, true, true, 1, OK", "pmem-guard, 4, true, false, 0, OK",
        "limited-mask, 8, true, true, 1, OK", "limited-mask, 8, true, false, 0, OK",
        "limited-mask, 16, true, true, 1, OK", "limited-mask, 4, false, true, 0, OK",
        "limited-mask, 16, true, false, 0, OK", "limited-mask, 8, false, true, 0, OK",
        "limited-mask, 4, true, true, 1, OK", "limited-mask, 4, true, false, 0, OK",
        "ddw-disabled, 8, true, true, 1, OK", "ddw-disabled, 8, true, false, 0, OK",
        "ddw-disabled, 8, false, true, 0, OK", "ddw-disabled, 16, true, true, 1, OK",
        "ddw-disabled, 16, true, false, 0, OK", "ddw-disabled, 16, false, true, 0, OK",
        "ddw-disabled, 4, true, true, 1, OK", "pmem-guard, 4, false, true, 0, OK",
        "inverted-guard, 8, true, true, 0, OK", "inverted-guard, 8, true, false, 1, BAD",
        "inverted-guard, 8, false, false, 0, OK", "inverted-guard, 4, true, false, 1, BAD",
        "inverted-guard, 4, false, true, 0, OK", "inverted-guard, 16, true, false, 1, OK",
        "cancel-forgotten, 16, true, true, 0, OK", "cancel-forgotten, 4, true, true, 1, OK",
        "cancel-forgotten, 4, true, false, 0, OK", "cancel-forgotten, 4, false, true, 0, OK",
        "cancel-forgotten, 8, true, false, 0, OK", "cancel-forgotten, 8, false, true, 0, OK",
        "no-bus-offset, 8, true, true, 1, BAD", "no-bus-offset, 8, false, true, 0, OK",
        "no-bus-offset, 8, true, false, 0, OK", "no-bus-offset, 4, true, true, 1, OK",
        "no-bus-offset, 4, false, true, 0, OK", "no-bus-offset, 4, true, false, 0, OK"})
    void truthTable(String patch, int action, boolean direct, boolean below, int calls, String answer) {
        make(patch);
        cpu.store(WindowList.first(cpu), DmaWin.DIRECT, direct ? 1 : 0);
        rig.partition().memory().assign(5 * GIB, GIB, true);
        assertEquals(answer.equals("OK") ? OK : BAD, notify(action, below ? 5 * GIB : PMEM));
        assertEquals(calls, calls());
    }

    @ParameterizedTest
    @ValueSource(strings = {"all-windows", "direct-only", "pmem-guard", "limited-mask", "ddw-disabled",
        "inverted-guard", "cancel-forgotten", "no-bus-offset"})
    void otherEventsAreNotLookedAt(String patch) {
        make(patch);
        for (int action : new int[] {MemoryNotifier.MEM_ONLINE, MemoryNotifier.MEM_GOING_OFFLINE,
            MemoryNotifier.MEM_CANCEL_OFFLINE}) {
            assertEquals(OK, notify(action, 5 * GIB));
        }
        assertEquals(0, calls());
    }

    @ParameterizedTest
    @ValueSource(strings = {"all-windows", "direct-only"})
    void theReportedFailureStepByStep(String patch) {
        Rig lpar = Rig.lpar(Rig.variant(patch)).booted();
        int from = lpar.events.size();
        assertEquals(Errno.EPERM, lpar.run("pmem.online", "start", "0x40340600000", "size", "5362417664"));
        assertEquals(List.of("H_PUT_TCE_INDIRECT(liobn 0x80000001, ioba 0x800040380000000, list 0x2010000, 512 TCEs)"
                + " = H_PARAMETER",
                "memory_notify(MEM_GOING_ONLINE, [0x40380000000-0x403bfffffff]): NOTIFY_BAD",
                "H_STUFF_TCE(liobn 0x80000001, ioba 0x800040380000000, tce 0x0, 512 TCEs) = H_PARAMETER",
                "memory_notify(MEM_CANCEL_ONLINE, [0x40380000000-0x403bfffffff]): NOTIFY_OK"), lpar.words(from));
        long block = MemoryHotplug.findBlock(lpar.cpu(), 0x40380000000L);
        assertEquals(MemoryHotplug.OFFLINE, lpar.cpu().load(block, MemoryBlock.STATE));
    }

    @Test
    void theGuardLetsTheSameMemoryComeOnLine() {
        Rig lpar = Rig.lpar(Rig.variant("pmem-guard")).booted();
        int from = lpar.events.size();
        assertEquals(0, lpar.run("pmem.online", "start", "0x40340600000", "size", "5362417664"));
        assertEquals(12, lpar.words(from).size());
        assertTrue(lpar.words(from).get(1).equals("memory block [0x40380000000-0x403bfffffff] is on line"));
        assertEquals(0x40480000000L, Memblock.endOfDram(lpar.cpu()));
        assertEquals(List.of(), lpar.end());
    }

    @Test
    void onlyTheStartIsCompared() {
        make("pmem-guard");
        rig.partition().memory().assign(5 * GIB, GIB, true);
        BigEndian.store(cpu, DeviceTree.lrdrCapacity(cpu), 8, 5 * GIB + 1);
        assertEquals(OK, notify(MemoryNotifier.MEM_GOING_ONLINE, 5 * GIB));
        assertEquals(1, calls());
        BigEndian.store(cpu, DeviceTree.lrdrCapacity(cpu), 8, 5 * GIB);
        assertEquals(OK, notify(MemoryNotifier.MEM_GOING_ONLINE, 5 * GIB));
        assertEquals(1, calls());
        BigEndian.store(cpu, DeviceTree.lrdrCapacity(cpu), 8, 0);
        assertEquals(OK, notify(MemoryNotifier.MEM_GOING_ONLINE, 0));
        assertEquals(1, calls());
    }

    @Test
    void aMaximumOfMemoryIsMadeOfWholeBlocksThatAnAddressReaches() {
        make("pmem-guard");
        assertEquals("capacity: 0x40000001, expected a multiple of the logical memory block of 0x40000000 bytes below"
                + " 0x8000000000000", assertThrows(NotReadyException.class,
                        () -> rig.run("partition.migrate", "capacity", "0x40000001")).getMessage());
        assertThrows(NotReadyException.class, () -> rig.run("partition.migrate", "capacity", "0x8000000000000"));
        assertEquals(0, rig.run("partition.migrate", "capacity", "0"));
    }

    @Test
    void memoryBeyondTheNewMaximumFailsLoudlyOrSilently() {
        make("direct-only");
        assertEquals(0, rig.run("partition.migrate", "capacity", "16G"));
        assertEquals(Errno.EPERM, rig.run("memory.online", "start", "8G", "size", "1G"));
        make("pmem-guard");
        assertEquals(Errno.EPERM, rig.run("partition.migrate", "capacity", "16G")
                + rig.run("memory.online", "start", "8G", "size", "1G"));
        make("pmem-guard");
        assertEquals(Errno.EINVAL, rig.run("memory.online", "start", "8G", "size", "1G"), "the platform has none");
        assertEquals(0, calls());
        assertEquals(List.of(), rig.end());
    }

    @Test
    void tcesLeakWhenTheMaximumShrinksWhileMemoryIsOnLine() {
        make("pmem-guard");
        assertEquals(0, rig.run("memory.online", "start", "5G", "size", "1G"));
        assertEquals(0, rig.run("partition.migrate", "capacity", "4G"));
        assertEquals(0, rig.run("memory.offline", "start", "5G", "size", "1G", "remove", "true"));
        assertTrue(rig.end().get(0).startsWith("no-stale-tce: 512 TCEs of window 0x80000001 reach memory that is not"
                + " on line, the first at bus 0x800000140000000: TCE 0x140000003"), () -> rig.violations.toString());
    }

    @Test
    void everyWindowIsTriedNewestFirst() {
        Rig two = new Rig(Rig.variant("direct-only"), "lpar-422G", "powervm", Map.of("ramBytes", 4 * GIB,
                "lrdrCapacityBytes", 8 * GIB, "pmemBytes", 0L, "phbCount", 2L)).booted();
        two.run("device.probe", "device", "01:00.0");
        BigEndian.store(two.cpu(), WindowList.prop(two.cpu(), WindowList.first(two.cpu())), WindowProp.LIOBN, 77);
        two.events.clear();
        assertEquals(Errno.EPERM, two.run("memory.online", "start", "5G", "size", "1G"));
        List<Event> sets = two.hypercalls(Papr.H_PUT_TCE_INDIRECT);
        assertEquals(List.of(77L, 0x80000001L), sets.stream().map(Event::b).toList());
        assertEquals(List.of(-4L, 0L), sets.stream().map(Event::result).toList());
        List<Event> clears = two.hypercalls(Papr.H_STUFF_TCE);
        assertEquals(List.of(-4L, 0L), clears.stream().map(Event::result).toList());
        assertEquals(0, two.partition().tables().tce(1, 5 * 512));
    }

    @Test
    void underTheOldVersionsAHybridWindowLosesDynamicTces() {
        for (String patch : new String[] {"direct-hybrid", "pmem-guard"}) {
            Rig hybrid = new Rig(Rig.variant(patch), "lpar-422G", "powervm", Map.of("ramBytes", 4 * GIB,
                    "lrdrCapacityBytes", 8 * GIB, "pmemStart", 1L << 34, "pmemBytes", 4 * GIB, "windowsPerPe", 1L))
                    .booted();
            LiveCpu on = hybrid.cpu();
            TceTables tables = hybrid.partition().tables();
            assertEquals(1L << 40 - 21, tables.entries(0));
            on.hcall(Papr.H_PUT_TCE, 0x80000000L, 1L << 34, 0x4000003, 0);
            assertEquals(0, hybrid.run("pmem.online", "start", Long.toString(1L << 34), "size", "1G"));
            assertEquals(patch.equals("pmem-guard") ? 0x4000003 : (1L << 34) + 3, tables.tce(0, 1L << 34 - 21));
        }
    }

    @Test
    void removingMemoryUnderTheOldestVersionWipesDynamicTces() {
        make("all-windows");
        cpu.store(WindowList.first(cpu), DmaWin.DIRECT, 0);
        TceTables tables = rig.partition().tables();
        assertNotEquals(0, tables.tce(1, 3 * 512));
        assertEquals(0, rig.run("memory.offline", "start", "3G", "size", "1G"));
        assertEquals(0, tables.tce(1, 3 * 512));
    }

    @Test
    void aLaterNotifierRefusesAndAllIsCleared() {
        make("limited-mask");
        rig.run("kernel.fault", "what", "page-ext-notifier", "times", "1");
        assertEquals(Errno.ENOMEM, rig.run("memory.online", "start", "5G", "size", "1G"));
        assertEquals(0, rig.partition().tables().tce(1, 5 * 512));
        assertTrue(rig.dmesg().contains("pseries-hotplug-mem: Memory indexed-count-add failed, removing any added"
                + " LMBs"));
        assertEquals(0, rig.run("memory.online", "start", "5G", "size", "1G"));
        assertEquals(List.of(), rig.end());
    }

    @Test
    void aLackOfPagesRefusesMemory() {
        make("limited-mask");
        cpu.store(KernelLayout.TCE_PAGE, 0, 0);
        rig.run("kernel.fault", "times", "1");
        assertEquals(Errno.EPERM, rig.run("memory.online", "start", "5G", "size", "1G"));
    }

    @Test
    void aFailureInTheMiddleGivesAllBlocksBack() {
        make("direct-only");
        assertEquals(0, rig.run("partition.migrate", "capacity", "16G"));
        assertEquals(Errno.EPERM, rig.run("memory.online", "start", "6G", "size", "4G"));
        assertEquals(4 * GIB, Memblock.endOfDram(cpu));
        assertEquals(0, rig.partition().tables().tce(1, 6 * 512));
        assertEquals(false, rig.partition().memory().isPresent(6 * GIB));
        assertEquals(0, rig.run("memory.online", "start", "6G", "size", "2G"));
    }

    @Test
    void errorNumbersOfTheChain() {
        assertEquals(0, MemoryHotplug.toErrno(OK));
        assertEquals(0, MemoryHotplug.toErrno(0));
        assertEquals(Errno.EPERM, MemoryHotplug.toErrno(BAD));
        assertEquals(Errno.ENOMEM, MemoryHotplug.toErrno(0x800d));
    }

    @Test
    void whatIsWrongWithMemory() {
        make("limited-mask");
        assertThrows(NotReadyException.class, () -> rig.run("memory.online", "start", "5G", "size", "1M"));
        assertThrows(NotReadyException.class, () -> rig.run("memory.online", "start", "1M", "size", "1G"));
        assertThrows(NotReadyException.class, () -> rig.run("memory.online", "start", "5G", "size", "0"));
        assertThrows(NotReadyException.class,
                () -> rig.run("memory.online", "start", "0x7fffffffc0000000", "size", "1G"));
        assertEquals(Errno.EINVAL, rig.run("memory.online", "start", "3G", "size", "1G"));
        assertEquals(Errno.EINVAL, rig.run("memory.offline", "start", "5G", "size", "1G"));
        assertThrows(NotReadyException.class, () -> rig.run("memory.offline", "start", "5G", "size", "3"));
        assertThrows(NotReadyException.class,
                () -> rig.run("memory.offline", "start", "5G", "size", "3", "remove", "true"));
        assertEquals(Errno.EINVAL, rig.run("memory.offline", "start", "5G", "size", "1G", "remove", "true"));
        assertEquals(Errno.EBUSY, rig.run("memory.offline", "start", "0", "size", "1G"));
        assertEquals(Errno.EINVAL, rig.run("pmem.online", "start", "0x40000100000", "size", "1G"));
        assertEquals(-17, rig.run("pmem.online", "start", "2G", "size", "1G"));
        assertEquals(Errno.EINVAL, MemoryHotplug.addMemory(cpu, 5 * GIB, 3));
        assertEquals(Errno.EINVAL, MemoryHotplug.removeMemory(cpu, 5 * GIB, GIB));
        assertEquals(Errno.EBUSY, MemoryHotplug.removeMemory(cpu, 3 * GIB, GIB));
    }

    @ParameterizedTest
    @ValueSource(strings = {"all-windows", "direct-only", "pmem-guard", "limited-mask", "ddw-disabled",
        "inverted-guard", "cancel-forgotten", "no-bus-offset"})
    void everyVersionTakesWindowsDownAndMapsBuffers(String patch) {
        make("limited-mask", "pmemBytes", 0);
        rig.use(Rig.variant(patch));
        assertEquals(0, rig.run("device.remove", "device", "00:00.0"));
        assertEquals(0, WindowList.first(cpu));
        Rig small = new Rig(Rig.variant(patch), "qemu-1G-maxmem8G", "qemu-7.2", Map.of());
        small.run("kernel.boot");
        small.run("device.probe", "device", "00:00.0", "mask", "32");
        assertEquals(1 << 20, small.run("dma.transfer", "device", "00:00.0", "length", "1M", "address", "0x4000100"));
        assertEquals(List.of(), small.end());
    }

    @Test
    void memoryGoesOffAndOnLineAgain() {
        make("limited-mask");
        long changes = rig.architecture.trafficSeen(rig.machine);
        assertEquals(0, rig.run("memory.offline", "start", "2G", "size", "2G"));
        assertEquals(0, rig.partition().tables().tce(1, 3 * 512));
        assertEquals(0, rig.run("memory.online", "start", "2G", "size", "2G"));
        assertEquals(3 * GIB + 3, rig.partition().tables().tce(1, 3 * 512));
        assertEquals(changes + 4, rig.architecture.trafficSeen(rig.machine));
        assertEquals(List.of(), rig.end());
    }
}
