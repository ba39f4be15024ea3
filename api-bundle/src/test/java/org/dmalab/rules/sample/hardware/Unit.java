package org.dmalab.rules.sample.hardware;

import java.util.List;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.store.Region;

/** Good but for one method: hardware that takes part in kernel code. */
public final class Unit {
    private static final String[] NAMES = {"status"};
    private final Region cells;
    private final List<String> names;

    Unit(Region cells) {
        this.cells = cells;
        this.names = List.of(NAMES);
    }

    int size() {
        return names.size() + (int) cells.cells();
    }

    static int level(Cpu cpu) {
        return cpu.processor();
    }
}
