package org.dmalab.bench;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/** Two-phase commit as guarded commands over cells of a store: TwoPhase of the TLA+ examples. */
final class TwoPhase implements Spontaneous {
    static final int WORKING = 0;
    static final int PREPARED = 1;
    static final int COMMITTED = 2;
    static final int ABORTED = 3;
    private static final int COMMANDS = 5;

    private final int managers;
    private final Region cells;
    private final int seen;
    private final int prepared;
    private final int coordinator;
    private final int commit;
    private final int abort;

    TwoPhase(Store store, int managers) {
        this.managers = managers;
        this.seen = managers;
        this.prepared = 2 * managers;
        this.coordinator = 3 * managers;
        this.commit = coordinator + 1;
        this.abort = coordinator + 2;
        this.cells = store.dense("two-phase", abort + 1, Region.Kind.STATE, null);
    }

    @Override
    public String family() {
        return "two-phase";
    }

    @Override
    public String summary() {
        return "managers and the coordinator of two-phase commit";
    }

    @Override
    public int count() {
        return COMMANDS * managers + 2;
    }

    @Override
    public boolean enabled(int index) {
        int i = index / COMMANDS;
        if (i == managers) {
            return cells.get(coordinator) == 0 && (index % COMMANDS == 1 || allSeen());
        }
        return switch (index % COMMANDS) {
            case 0 -> cells.get(coordinator) == 0 && cells.get(prepared + i) != 0 && cells.get(seen + i) == 0;
            case 1, 2 -> cells.get(i) == WORKING;
            case 3 -> cells.get(commit) != 0 && cells.get(i) != COMMITTED;
            default -> cells.get(abort) != 0 && cells.get(i) != ABORTED;
        };
    }

    private boolean allSeen() {
        for (int i = 0; i < managers; i++) {
            if (cells.get(seen + i) == 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void take(int index) {
        int i = index / COMMANDS;
        if (i == managers) {
            boolean aborts = index % COMMANDS == 1;
            cells.set(coordinator, aborts ? 2 : 1);
            cells.set(aborts ? abort : commit, 1);
            return;
        }
        switch (index % COMMANDS) {
            case 0 -> cells.set(seen + i, 1);
            case 1 -> {
                cells.set(i, PREPARED);
                cells.set(prepared + i, 1);
            }
            case 3 -> cells.set(i, COMMITTED);
            default -> cells.set(i, ABORTED);
        }
    }

    @Override
    public String describe(int index) {
        return "command " + index % COMMANDS + " of " + index / COMMANDS;
    }
}
