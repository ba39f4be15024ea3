package org.dmalab.pseries.oracle;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.pseries.kernel.KernelLayout;
import org.dmalab.pseries.kernel.KernelLayout.MemoryBlock;
import org.dmalab.pseries.kernel.MemoryHotplug;

/** What oracles read of the kernel's data, without being a processor. */
final class KernelState {
    /** For oracles that look at the end only. */
    static final EventSink IGNORES = new Ignores();
    private static final int SECTION_SHIFT = 24;
    private static final int MAX_OBJECTS = 1 << 16;

    private KernelState() { }

    private record Ignores() implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            // what it looks at is there at the end
        }
    }

    /** What is done with each object of a list. */
    @FunctionalInterface
    interface Visitor {
        void visit(long object);
    }

    /** Memory from a start to an end, exclusive. */
    record Range(long start, long end) {
        boolean overlaps(long from, long to) {
            return from < end && to > start;
        }
    }

    static boolean runs(Machine machine) {
        return machine.kernel().load(KernelLayout.SYSTEM_RUNNING.address(), 4) != 0;
    }

    static long load(KernelMemory kernel, long object, Field field) {
        return kernel.load(object + field.offset(), field.widthBytes());
    }

    /** Visits the objects of a list, as far as it is one: a kernel that used freed memory may have left anything. */
    static void forEach(KernelMemory kernel, Variable head, Field link, Visitor visitor) {
        long node = kernel.load(head.address(), 8);
        for (int i = 0; i < MAX_OBJECTS && node != head.address() && KernelLayout.isData(node); i++) {
            visitor.visit(node - link.offset());
            node = kernel.load(node, 8);
        }
    }

    /** Memory that the kernel knows, without the memory blocks that are off line. */
    static List<Range> online(KernelMemory kernel) {
        List<Range> known = new ArrayList<>();
        long count = kernel.load(KernelLayout.MEMBLOCK_COUNT.address(), 8);
        for (long i = 0; i < count; i++) {
            long start = kernel.load(KernelLayout.MEMBLOCK_START.element(i), 8);
            known.add(new Range(start, start + kernel.load(KernelLayout.MEMBLOCK_SIZE.element(i), 8)));
        }
        long blockBytes = kernel.load(KernelLayout.MEMORY_BLOCK_SIZE.address(), 8);
        List<Range> off = new ArrayList<>();
        forEach(kernel, KernelLayout.MEMORY_BLOCKS, MemoryBlock.LIST, block -> {
            long start = load(kernel, block, MemoryBlock.SECTION) << SECTION_SHIFT;
            if (load(kernel, block, MemoryBlock.STATE) == MemoryHotplug.OFFLINE) {
                off.add(new Range(start, start + blockBytes));
            }
        });
        List<Range> online = known;
        for (Range gap : off) {
            online = without(online, gap.start(), gap.end());
        }
        return online;
    }

    private static List<Range> without(List<Range> ranges, long start, long end) {
        List<Range> left = new ArrayList<>();
        for (Range range : ranges) {
            if (!range.overlaps(start, end)) {
                left.add(range);
                continue;
            }
            if (range.start() < start) {
                left.add(new Range(range.start(), start));
            }
            if (range.end() > end) {
                left.add(new Range(end, range.end()));
            }
        }
        return left;
    }
}
