package org.dmalab.pseries.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.pseries.Rig;

/** Allocation of bus addresses. */
class IommuTableTest {
    private static final long ALL = -1L;

    private final Rig rig = Rig.qemu(Rig.variant("direct-only"));
    private final LiveCpu cpu = rig.cpu();

    private long table(long bus, long entries) {
        return table(bus, entries, 0, 0);
    }

    /** The address of the table, or 0 if it got no bitmap. */
    private long table(long bus, long entries, long reservedStart, long reservedEnd) {
        long table = IommuTable.alloc(cpu, 0x80000000L, bus, 12, entries);
        return IommuTable.init(new PseriesKernel.Mainline(), cpu, table, reservedStart, reservedEnd) ? table : 0;
    }

    @Property(tries = 40)
    void whatIsGivenOutNeverOverlaps(@ForAll @Size(max = 80) List<@IntRange(min = -40, max = 40) Integer> sizes) {
        long table = table(0, 1024);
        boolean[] used = new boolean[1024];
        used[0] = true;
        List<long[]> taken = new ArrayList<>();
        for (int size : sizes) {
            if (size > 0) {
                long first = IommuTable.take(cpu, table, size, 0, ALL);
                for (long i = first; first >= 0 && i < first + size; i++) {
                    assertFalse(used[(int) i]);
                    used[(int) i] = true;
                }
                if (first >= 0) {
                    taken.add(new long[] {first, size});
                }
            } else if (!taken.isEmpty()) {
                long[] range = taken.remove(-size % taken.size());
                IommuTable.release(cpu, table, range[0], range[1]);
                java.util.Arrays.fill(used, (int) range[0], (int) (range[0] + range[1]), false);
            }
            assertEquals(!taken.isEmpty(), IommuTable.inUse(cpu, table));
        }
        IommuTable.free(cpu, table);
    }

    @Example
    void smallAllocationsComeFromPoolsAndLargeOnesFromTheEnd() {
        long table = table(0, 1 << 18);
        assertEquals(1, IommuTable.take(cpu, table, 1, 0, ALL));
        assertEquals(16, IommuTable.take(cpu, table, 15, 0, ALL));
        assertEquals(0x30000, IommuTable.take(cpu, table, 16, 4, ALL));
        assertEquals(0x30010, IommuTable.take(cpu, table, 16, 4, ALL));
        LiveCpu other = rig.machine.cpu(1, Level.USER);
        assertEquals(0xc000, IommuTable.take(other, table, 1, 0, ALL));
    }

    @Example
    void aFullPoolLooksElsewhereAndAFullTableSaysNo() {
        long table = table(0x10000, 64);
        for (int i = 0; i < 64; i++) {
            assertNotEquals(-1, IommuTable.take(cpu, table, 1, 0, ALL), "entry " + i);
        }
        assertEquals(-1, IommuTable.take(cpu, table, 1, 0, ALL));
        assertEquals(-1, IommuTable.take(cpu, table, 20, 0, ALL));
        IommuTable.release(cpu, table, 7, 1);
        assertEquals(7, IommuTable.take(cpu, table, 1, 0, ALL));
    }

    @Example
    void theMaskIsRespected() {
        long table = table(0, 1 << 18);
        assertEquals(-1, IommuTable.take(cpu, table, 20, 0, 0xffffL & ~0xfffL));
        long first = IommuTable.take(cpu, table, 16, 0, 0x1ffff);
        assertTrue(first >= 0 && first + 16 <= 0x20, "entry " + first);
    }

    @Example
    void reservedEntriesAreNeitherGivenOutNorInUse() {
        long table = table(0x1000, 256, 3, 40);
        assertFalse(IommuTable.inUse(cpu, table));
        assertEquals(0, IommuTable.take(cpu, table, 1, 0, ALL));
        assertTrue(IommuTable.inUse(cpu, table));
        IommuTable.release(cpu, table, 0, 1);
        assertEquals(39, IommuTable.take(cpu, table, 10, 0, ALL));
        assertTrue(IommuTable.inUse(cpu, table));
    }

    @Example
    void alignmentIsOfTheBusAddress() {
        long table = table(0x3000, 256);
        assertEquals(13, IommuTable.take(cpu, table, 8, 4, ALL));
    }

    @Example
    void aTableTooLargeForMemoryIsNotMade() {
        assertEquals(0, table(0, 1L << 37));
        assertEquals(0, table(0, 1L << 30));
    }
}
