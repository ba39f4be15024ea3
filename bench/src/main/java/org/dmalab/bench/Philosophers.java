package org.dmalab.bench;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/** Dining philosophers as guarded commands over cells of a store, the left fork first. */
final class Philosophers implements Spontaneous {
    private static final int COMMANDS = 3;

    private final int count;
    private final Region cells;

    Philosophers(Store store, int count) {
        this.count = count;
        this.cells = store.dense("philosophers", 2 * count, Region.Kind.STATE, null);
    }

    @Override
    public String family() {
        return "philosophers";
    }

    @Override
    public String summary() {
        return "philosophers who take forks and put them back";
    }

    @Override
    public int count() {
        return COMMANDS * count;
    }

    private int left(int i) {
        return count + i;
    }

    private int right(int i) {
        return count + (i + 1) % count;
    }

    @Override
    public boolean enabled(int index) {
        int i = index / COMMANDS;
        return switch (index % COMMANDS) {
            case 0 -> cells.get(i) == 0 && cells.get(left(i)) == 0;
            case 1 -> cells.get(i) == 1 && cells.get(right(i)) == 0;
            default -> cells.get(i) == 2;
        };
    }

    @Override
    public void take(int index) {
        int i = index / COMMANDS;
        switch (index % COMMANDS) {
            case 0 -> {
                cells.set(left(i), 1);
                cells.set(i, 1);
            }
            case 1 -> {
                cells.set(right(i), 1);
                cells.set(i, 2);
            }
            default -> {
                cells.set(left(i), 0);
                cells.set(right(i), 0);
                cells.set(i, 0);
            }
        }
    }

    @Override
    public String describe(int index) {
        return "command " + index % COMMANDS + " of philosopher " + index / COMMANDS;
    }
}
