package org.dmalab.lab.explore;

import java.util.List;

import org.dmalab.api.Machine;

/**
 * Every interleaving by itself, as a tool does that remembers no states: depth first over the tree of choices, each
 * complete execution counted, until there are enough. For comparison only; the search of {@link Exploration} takes what
 * comes to the same state once.
 */
public final class Interleavings {
    private final World world;
    private final Path path;
    private long executions;
    private long transitions;

    /** Over a machine that stands where the strands begin, with no mark open. */
    public Interleavings(Machine machine, List<Strand> strands) {
        this.world = new World(machine, strands, List.of(), 0);
        this.path = new Path(world);
    }

    /** Complete executions so far. */
    public long executions() {
        return executions;
    }

    /** Transitions taken so far. */
    public long transitions() {
        return transitions;
    }

    /** Walks until so many executions are complete, or there are no more. */
    public void run(long enough) {
        Machine machine = world.machine();
        long mark = machine.store().mark();
        try {
            world.start();
            enter();
            while (!path.isEmpty() && executions < enough) {
                Path.Point point = path.top();
                path.undo(point);
                if (point.next == point.count()) {
                    path.pop();
                } else {
                    transitions++;
                    if (path.take(point, point.next++)) {
                        enter();
                    }
                }
            }
            path.unwind();
        } finally {
            machine.store().rollback(mark);
            machine.store().release();
        }
    }

    private void enter() {
        int enabled = world.enabled().count();
        if (enabled == 0) {
            executions++;
        } else {
            path.push(enabled);
        }
    }
}
