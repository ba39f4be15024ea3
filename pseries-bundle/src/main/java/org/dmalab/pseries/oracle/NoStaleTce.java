package org.dmalab.pseries.oracle;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.TceTables;
import org.dmalab.pseries.kernel.KernelLayout.MemoryBlock;
import org.dmalab.pseries.kernel.KernelLayout;
import org.dmalab.pseries.kernel.MemoryHotplug;
import org.osgi.service.component.annotations.Component;

/**
 * At the end no TCE lets a device reach memory that is not on line: what was mapped for memory that came must go when
 * it goes, or when its coming is cancelled. A TCE that is larger than a memory block may also reach its neighbours.
 */
@Component(service = Oracle.class)
public final class NoStaleTce implements Oracle {
    private static final int SECTION_SHIFT = 24;

    @Override
    public String name() {
        return "no-stale-tce";
    }

    @Override
    public String summary() {
        return "no TCE lets a device reach memory that is not on line";
    }

    @Override
    public String arch() {
        return "pseries";
    }

    private record Sink() implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            // what it looks at is there at the end
        }
    }

    @Override
    public EventSink attach(Watch watch) {
        return new Sink();
    }

    private record Range(long start, long end) {
        boolean overlaps(long from, long to) {
            return from < end && to > start;
        }
    }

    @Override
    public void end(Watch watch, EventSink sink) {
        Machine machine = watch.machine();
        KernelMemory kernel = machine.kernel();
        if (kernel.load(KernelLayout.SYSTEM_RUNNING.address(), 4) == 0) {
            return;
        }
        TceTables tables = machine.model(PseriesModel.class).partition().tables();
        List<Range> online = online(kernel);
        for (int table = 0; table < tables.count(); table++) {
            if (tables.entries(table) != 0) {
                look(watch, tables, table, online);
            }
        }
    }

    private static void look(Watch watch, TceTables tables, int table, List<Range> online) {
        long pageBytes = 1L << tables.pageShift(table);
        List<Long> stale = new ArrayList<>();
        tables.forEach(table, (index, tce) -> {
            long address = tce & -pageBytes;
            if (online.stream().noneMatch(range -> range.overlaps(address, address + pageBytes))) {
                stale.add(index);
            }
        });
        if (!stale.isEmpty()) {
            long first = stale.get(0);
            watch.violation(stale.size() + " TCEs of window 0x" + Long.toHexString(tables.liobn(table))
                    + " reach memory that is not on line, the first at bus 0x"
                    + Long.toHexString(tables.busAddress(table) + first * pageBytes) + ": TCE 0x"
                    + Long.toHexString(tables.tce(table, first)));
        }
    }

    /** Memory that the kernel knows, without the memory blocks that are off line. */
    private static List<Range> online(KernelMemory kernel) {
        List<Range> ranges = new ArrayList<>();
        long count = kernel.load(KernelLayout.MEMBLOCK_COUNT.address(), 8);
        for (long i = 0; i < count; i++) {
            long start = kernel.load(KernelLayout.MEMBLOCK_START.element(i), 8);
            ranges.add(new Range(start, start + kernel.load(KernelLayout.MEMBLOCK_SIZE.element(i), 8)));
        }
        long blockBytes = kernel.load(KernelLayout.MEMORY_BLOCK_SIZE.address(), 8);
        long head = KernelLayout.MEMORY_BLOCKS.address();
        for (long node = kernel.load(head, 8); node != head; node = kernel.load(node, 8)) {
            long block = node - MemoryBlock.LIST.offset();
            long start = kernel.load(block + MemoryBlock.SECTION.offset(), 8) << SECTION_SHIFT;
            if (kernel.load(block + MemoryBlock.STATE.offset(), 8) == MemoryHotplug.OFFLINE) {
                ranges = without(ranges, start, start + blockBytes);
            }
        }
        return ranges;
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
