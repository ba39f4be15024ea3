package org.dmalab.pseries.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.Rig;

/** memblock against a bit set. */
class MemblockTest {
    private static final int UNITS = 40;

    private static LiveCpu fresh() {
        return Rig.qemu(Rig.variant("direct-only")).cpu();
    }

    @Property(tries = 60)
    void addAndRemoveAsABitSetDoes(
            @ForAll @Size(max = 60) List<@IntRange(max = 2 * UNITS * 6 - 1) Integer> operations) {
        LiveCpu cpu = fresh();
        BitSet model = new BitSet();
        for (int operation : operations) {
            int start = operation / 12;
            int length = operation / 2 % 6 + 1;
            BitSet range = new BitSet();
            range.set(start, start + length);
            if (operation % 2 == 0) {
                boolean free = !model.intersects(range);
                assertEquals(free ? 0 : Errno.EINVAL, Memblock.add(cpu, start, length));
                if (free) {
                    model.or(range);
                }
            } else {
                boolean whole = model.nextClearBit(start) >= start + length;
                assertEquals(whole ? 0 : Errno.EINVAL, Memblock.remove(cpu, start, length));
                if (whole) {
                    model.andNot(range);
                }
            }
            compare(cpu, model);
        }
    }

    private static void compare(LiveCpu cpu, BitSet model) {
        assertEquals(model.length(), Memblock.endOfDram(cpu));
        int at = model.nextSetBit(0);
        for (long i = 0; i < Memblock.count(cpu); i++) {
            assertEquals(at, Memblock.start(cpu, i));
            assertEquals(model.nextClearBit(at), Memblock.end(cpu, i));
            assertTrue(Memblock.contains(cpu, at, 1));
            at = model.nextSetBit(model.nextClearBit(at));
        }
        assertEquals(-1, at);
    }

    @Example
    void roomIsLimited() {
        LiveCpu cpu = fresh();
        for (int i = 0; i < KernelLayout.MEMBLOCK_REGIONS; i++) {
            assertEquals(0, Memblock.add(cpu, 4L * i, 3));
        }
        assertEquals(Errno.ENOMEM, Memblock.add(cpu, 4000, 1));
        assertEquals(Errno.ENOMEM, Memblock.remove(cpu, 1, 1));
        assertEquals(Errno.EINVAL, Memblock.add(cpu, 4000, 0));
        assertEquals(Errno.EINVAL, Memblock.remove(cpu, 0, 0));
        assertFalse(Memblock.overlaps(cpu, 3, 1));
    }
}
