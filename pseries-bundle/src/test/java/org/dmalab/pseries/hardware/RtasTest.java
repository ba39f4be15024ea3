package org.dmalab.pseries.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.pseries.Rig;
import org.junit.jupiter.api.Test;

/** The RTAS calls for windows as measured on QEMU 7.2, and where other profiles differ. */
class RtasTest {
    private static final long BLOCK = 0x5000000;
    private static final int QUERY = 0x2026;
    private static final int CREATE = 0x2027;
    private static final int REMOVE = 0x2028;
    private static final int RESET = 0x2029;
    private static final int SET_INDICATOR = 0x201a;
    private static final long HIGH = 0x8000000;
    private static final long LOW = 0x20000000;
    private static final long STALE = 0xdeadbeefL;

    private Rig rig = Rig.qemu(Rig.variant("direct-only"));

    /** Makes a call; results are prefilled so that one sees what was written. */
    private long[] call(long token, int results, long... arguments) {
        rig.cpu().write(BLOCK, 4, Endian.BIG, token);
        rig.cpu().write(BLOCK + 4, 4, Endian.BIG, arguments.length);
        rig.cpu().write(BLOCK + 8, 4, Endian.BIG, results);
        for (int i = 0; i < arguments.length; i++) {
            rig.cpu().write(BLOCK + 12 + 4L * i, 4, Endian.BIG, arguments[i]);
        }
        long at = BLOCK + 12 + 4L * arguments.length;
        for (int i = 0; i < results; i++) {
            rig.cpu().write(at + 4L * i, 4, Endian.BIG, STALE);
        }
        rig.cpu().rtas(BLOCK);
        long[] got = new long[results];
        for (int i = 0; i < results; i++) {
            got[i] = rig.cpu().read(at + 4L * i, 4, Endian.BIG);
        }
        if (results > 0) {
            got[0] = (int) got[0];
        }
        return got;
    }

    private long[] create(long pageShift, long windowShift) {
        return call(CREATE, 4, 0, HIGH, LOW, pageShift, windowShift);
    }

    private long available() {
        return call(QUERY, 5, 0, HIGH, LOW)[1];
    }

    private long put(long liobn, long ioba) {
        return rig.cpu().hcall(Papr.H_PUT_TCE, liobn, ioba, 3, 0);
    }

    @Test
    void query() {
        assertArrayEquals(new long[] {0, 1, 0x80000000L, 0x107, 0}, call(QUERY, 5, 0, HIGH, LOW));
        assertArrayEquals(new long[] {0, 1, 0x20, 0, 0x107, 0}, call(QUERY, 6, 0x30000, HIGH, LOW));
        assertArrayEquals(new long[] {-3, STALE, STALE, STALE}, call(QUERY, 4, 0, HIGH, LOW));
        assertArrayEquals(new long[] {-3, STALE, STALE, STALE, STALE}, call(QUERY, 5, 0, HIGH, LOW + 1));
        assertArrayEquals(new long[] {-3, STALE, STALE, STALE, STALE}, call(QUERY, 5, 0, HIGH, LOW, 0));
    }

    @Test
    void createAndItsErrors() {
        assertArrayEquals(new long[] {-3, STALE, STALE, STALE}, create(20, 30));
        assertArrayEquals(new long[] {-3, STALE, STALE, STALE}, create(28, 30));
        assertArrayEquals(new long[] {-3, STALE, STALE, STALE}, create(24, 0));
        assertEquals(-3, create(16, 15)[0]);
        assertEquals(-3, call(CREATE, 4, 0, HIGH, LOW + 1, 16, 30)[0]);
        assertEquals(-3, call(CREATE, 3, 0, HIGH, LOW, 16, 30)[0]);
        assertEquals(-3, call(CREATE, 4, 0, HIGH, LOW, 16)[0]);
        assertArrayEquals(new long[] {0, 0x80000001L, 0x08000000, 0}, create(21, 21));
        assertEquals(0, available());
        assertArrayEquals(new long[] {-1, STALE, STALE, STALE}, create(16, 30));
        assertEquals(0, put(0x80000001L, 0x800000000000000L));
        assertEquals(-4, put(0x80000001L, 0x800000000200000L));
    }

    @Test
    void removeAndTheReturnOfTheDefaultWindow() {
        assertEquals(-3, call(REMOVE, 1, 0x80000001L)[0]);
        assertEquals(0, create(16, 30)[0]);
        assertEquals(0, call(REMOVE, 1, 0x80000000L)[0]);
        assertEquals(-3, call(REMOVE, 1, 0x80000000L)[0]);
        assertEquals(-4, put(0x80000000L, 0x1000));
        assertEquals(1, available());
        assertEquals(0, call(REMOVE, 1, 0x80000001L)[0]);
        assertEquals(0, put(0x80000000L, 0x1000));
        assertEquals(1, available());
        assertEquals(-3, call(REMOVE, 1)[0]);
        assertEquals(-3, call(REMOVE, 1, 0x1234)[0]);
    }

    @Test
    void theDefaultTableIsReusedAtTheAddressThatIsFree() {
        assertEquals(0, call(REMOVE, 1, 0x80000000L)[0]);
        assertEquals(2, available());
        assertArrayEquals(new long[] {0, 0x80000000L, 0, 0}, create(16, 34));
        // QEMU 7.2 leaves the mark of the default window on the table, so the default does not come back.
        assertEquals(0, call(REMOVE, 1, 0x80000000L)[0]);
        assertEquals(2, available());
        assertEquals(-4, put(0x80000000L, 0x1000));
    }

    @Test
    void withADynamicWindowTheReusedTableIsFarUp() {
        assertEquals(0, create(16, 30)[0]);
        assertEquals(0, call(REMOVE, 1, 0x80000000L)[0]);
        assertArrayEquals(new long[] {0, 0x80000000L, 0x08000000, 0}, create(12, 30));
    }

    @Test
    void withoutTheMarkTheDefaultComesBack() {
        rig = new Rig(Rig.variant("direct-only"), "qemu-1G-maxmem8G", "powervm", Map.of());
        assertEquals(0, call(REMOVE, 1, 0x80000000L)[0]);
        assertEquals(0, create(16, 34)[0]);
        assertEquals(0, call(REMOVE, 1, 0x80000000L)[0]);
        assertEquals(1, available());
        assertEquals(0, put(0x80000000L, 0x1000));
    }

    @Test
    void resetLeavesTheDefaultWindowAlone() {
        create(24, 33);
        put(0x80000000L, 0x1000);
        assertEquals(0, call(RESET, 1, 0, HIGH, LOW)[0]);
        assertEquals(1, available());
        assertEquals(0, rig.partition().tables().tce(0, 1));
        assertEquals(-4, put(0x80000001L, 0x800000000000000L));
        assertEquals(-3, call(RESET, 1, 0, HIGH, LOW, 1)[0]);
        assertEquals(-3, call(RESET, 1, 0, HIGH)[0]);
        assertEquals(-3, call(RESET, 2, 0, HIGH, LOW)[0]);
    }

    @Test
    void anUnknownTokenIsAParameterError() {
        assertEquals(-3, call(0x4711, 1)[0]);
    }

    @Test
    void theLargestWindowThatQemuCanCount() {
        assertEquals(0, create(16, 47)[0]);
        assertEquals(0, call(REMOVE, 1, 0x80000001L)[0]);
        // The shift count wraps at 64: one entry.
        assertEquals(0, create(24, 88)[0]);
        assertEquals(1, rig.partition().tables().entries(1));
    }

    @Test
    void anUncountableWindowIsLeftAttachedAndTheNextOneEndsQemu() {
        for (long[] shifts : new long[][] {{24, 61}, {16, 53}, {16, 48}, {24, 63}}) {
            rig = Rig.qemu(Rig.variant("direct-only"));
            assertEquals(-1, create(shifts[0], shifts[1])[0]);
            assertEquals(1, available());
            assertThrows(KernelBug.class, () -> create(24, 30));
            assertEquals(1, rig.count(HardwareEvent.HYPERVISOR_ABORT));
            assertThrows(KernelBug.class, this::available);
            assertThrows(KernelBug.class, () -> put(0x80000000L, 0));
        }
    }

    @Test
    void theAttachedWindowSurvivesAReset() {
        assertEquals(-1, create(24, 61)[0]);
        rig.run("machine.reset");
        assertEquals(1, available());
        assertThrows(KernelBug.class, () -> create(24, 61));
    }

    @Test
    void anotherHypervisorRefusesAnUncountableWindowWithoutATrace() {
        rig = new Rig(Rig.variant("direct-only"), "qemu-1G-maxmem8G", "powervm", Map.of());
        assertEquals(-1, create(16, 63)[0]);
        assertEquals(0, create(16, 34)[0]);
    }

    @Test
    void oneWindowPerEndpoint() {
        rig = new Rig(Rig.variant("direct-only"), "qemu-1G-maxmem8G", "qemu-7.2", Map.of("windowsPerPe", 1L));
        assertEquals(0, available());
        assertEquals(-1, create(16, 30)[0]);
        assertEquals(0, call(REMOVE, 1, 0x80000000L)[0]);
        assertEquals(1, available());
        assertEquals(0, create(16, 30)[0]);
    }

    @Test
    void busyFirst() {
        rig = new Rig(Rig.variant("direct-only"), "qemu-1G-maxmem8G", "qemu-7.2", Map.of("createBusyCalls", 2L));
        assertEquals(-2, create(24, 33)[0]);
        assertEquals(-2, create(24, 33)[0]);
        assertEquals(0, create(24, 33)[0]);
        assertEquals(0, rig.violations.size());
    }

    @Test
    void limitedAddresses() {
        rig = Rig.lpar(Rig.variant("limited-mask"));
        assertEquals(0, call(RESET, 1, 0, HIGH, LOW, 1)[0]);
        assertArrayEquals(new long[] {0, 0x80000001L, 0x80, 0}, create(21, 39));
        assertEquals(0, call(RESET, 1, 0, HIGH, LOW, 0)[0]);
        assertArrayEquals(new long[] {0, 0x80000001L, 0x08000000, 0}, create(21, 39));
        assertEquals(0, call(RESET, 1, 0, HIGH, LOW)[0]);
    }

    private long indicator(long indicator, long index, long state) {
        return call(SET_INDICATOR, 1, indicator, index, state)[0];
    }

    /** The rows that were measured on QEMU 7.2.22. */
    @Test
    void memoryIsPluggedAssignedAskedBackAndTakenBack() {
        MachineMemory memory = rig.partition().memory();
        DynamicMemory platform = rig.partition().rtas().dynamicMemory();
        assertFalse(memory.isPresent(0x40000000));
        assertEquals(-3, indicator(9003, 0x80000004L, 1), "not plugged");
        assertEquals(-3, indicator(9001, 0x80000004L, 1), "not plugged");
        assertEquals(-3, indicator(9003, 0x80000003L, 1), "boot memory");
        platform.plug(0x40000000, 0x10000000);
        assertEquals(0, indicator(9003, 0x80000004L, 1));
        assertEquals(0, indicator(9001, 0x80000004L, 1));
        assertTrue(memory.isPresent(0x40000000) && memory.isPresent(0x4fffffff));
        assertFalse(memory.isPresent(0x50000000));
        assertEquals(-3, indicator(9001, 0x80000004L, 0), "not asked back");
        platform.requestUnplug(0x40000000, 0x10000000);
        assertEquals(0, indicator(9001, 0x80000004L, 0));
        assertEquals(0, indicator(9003, 0x80000004L, 0));
        assertFalse(memory.isPresent(0x40000000));
        assertEquals(-3, indicator(9003, 0x80000004L, 1), "not plugged again");
        platform.plug(8L << 30, 0x10000000);
        assertEquals(-3, indicator(9003, 0x80000020L, 1), "beyond maxmem");
        assertEquals(-3, indicator(9002, 0x80000004L, 0));
        assertEquals(-3, indicator(9003, 4, 0));
        assertEquals(-3, indicator(9003, 0xffffffffL, 0));
        assertEquals(-3, call(SET_INDICATOR, 2, 9003, 0x80000004L, 0)[0]);
        assertEquals(List.of(), rig.violations);
    }

    @Test
    void aBlockOutsideMemoryDoesNothing() {
        rig.partition().rtas().call(0x7000000000L);
        assertTrue(rig.violations.stream().anyMatch(text -> text.contains("= -3")));
    }
}
