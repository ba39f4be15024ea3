package org.dmalab.lab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Machine;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Place;
import org.dmalab.api.store.BitField;
import org.dmalab.api.store.Store;

/**
 * Says changed cells in the field's terms: kernel data by variable and field, which need not be cells of 8 bytes and
 * may be big endian; an object that is allocated or freed by its name, at its first cell; tables and registers of
 * hardware by row, column and bit field.
 */
public final class Changes {
    private static final int CELL_BYTES = 8;
    private final KernelMemory kernel;
    private final Map<Long, Long> before = new HashMap<>();
    private final List<Changed> changed = new ArrayList<>();
    private long named;

    private Changes(KernelMemory kernel) {
        this.kernel = kernel;
        this.named = kernel.base();
    }

    /**
     * The changes with their names, in the same order.
     *
     * @param cells what changed on the machine since a moment; it must be as it was when they were collected
     */
    public static List<Changed> of(Machine machine, List<Store.Change> cells) {
        Changes changes = new Changes(machine.kernel());
        cells.stream().filter(cell -> cell.region() == machine.kernel().data())
                .forEach(cell -> changes.before.put(cell.cell(), cell.before()));
        for (Store.Change cell : cells) {
            if (cell.region() == machine.kernel().data()) {
                changes.addPlaces(machine.kernel().base() + cell.cell() * CELL_BYTES);
            } else if (cell.region() == machine.kernel().slots()) {
                changes.add(machine.kernel().data().name(), machine.kernel().objectOf(cell.cell()) + " allocated",
                        begins(cell.before()), begins(cell.after()));
            } else {
                changes.addFields(cell);
            }
        }
        return changes.changed;
    }

    /** A cell of hardware: each of its bit fields, and what is left of it. */
    private void addFields(Store.Change cell) {
        String region = cell.region().name();
        String name = cell.region().cellName(cell.cell());
        long rest = -1;
        for (BitField field : cell.region().cellFields(cell.cell())) {
            add(region, name + " " + field.name(), field.get(cell.before()), field.get(cell.after()));
            rest &= ~field.mask();
        }
        add(region, name, cell.before() & rest, cell.after() & rest);
    }

    /** The places that the cell at an address has bytes of, if they were not named with an earlier cell. */
    private void addPlaces(long cell) {
        long address = Math.max(cell, named);
        while (address < cell + CELL_BYTES) {
            Place place = kernel.placeOf(address);
            int width = Math.min(place.widthBytes(), CELL_BYTES);
            add(kernel.data().name(), place.name(), number(place, width, true), number(place, width, false));
            address = place.address() + Math.max(1, place.widthBytes());
            named = address;
        }
    }

    private static long begins(long slot) {
        return KernelMemory.begins(slot) ? 1 : 0;
    }

    private long number(Place place, int width, boolean atMark) {
        long address = place.address();
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            long offset = address + i - kernel.base();
            Long old = atMark ? before.get(offset / CELL_BYTES) : null;
            long word = old == null ? kernel.data().get(offset / CELL_BYTES) : old;
            value = value << 8 | (word >>> (offset % CELL_BYTES * 8) & 0xff);
        }
        return place.order().swap(value, width);
    }

    private void add(String region, String cell, long old, long now) {
        if (old != now) {
            changed.add(new Changed(region, cell, old, now));
        }
    }
}
