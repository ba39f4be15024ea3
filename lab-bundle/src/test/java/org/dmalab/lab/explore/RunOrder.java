package org.dmalab.lab.explore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.dmalab.api.cpu.Op;
import org.dmalab.lab.engine.Steps;
import org.dmalab.lab.scenario.Scenario;

/**
 * Chooses the schedule that a plain run is: the strands one after the other, an inter-processor interrupt as soon as it
 * is let in, hardware where somebody waits for it.
 */
final class RunOrder implements Choices {
    private final List<Scenario.Strand> strands;
    /** Numbers of strands, each as often as it has turns. */
    private final Deque<Integer> turns = new ArrayDeque<>();
    private boolean running;
    private boolean blocked;

    RunOrder(Scenario scenario) {
        strands = scenario.concurrent();
        for (Scenario.Strand strand : Steps.inOrder(scenario)) {
            int index = strands.indexOf(strand);
            for (int i = 0; i < strand.times() * (strand.device() ? strand.steps().size() : 1); i++) {
                turns.add(index);
            }
        }
    }

    /** Tells whether a strand has waited for one that a plain run executes later: there is no such schedule. */
    boolean blocked() {
        return blocked;
    }

    @Override
    public int next(World world, int[] enabled) {
        for (int i = 0; i < enabled.length; i++) {
            if (Transition.kind(enabled[i]) == Transition.IPI) {
                return i;
            }
        }
        for (int p = 0; p < world.processors(); p++) {
            if (world.run().frames(p) > 0 && world.run().strand(p) == RunState.IPI_HANDLER) {
                return number(enabled, Transition.of(Transition.STEP, p, 0));
            }
        }
        int wanted = wanted(world);
        if (Transition.kind(wanted) == Transition.STEP && waits(world, Transition.processor(wanted))) {
            for (int i = 0; i < enabled.length; i++) {
                if (Transition.kind(enabled[i]) == Transition.HARDWARE) {
                    return i;
                }
            }
        }
        return number(enabled, wanted);
    }

    /** The transition that comes next in the order of the strands. */
    private int wanted(World world) {
        while (!turns.isEmpty()) {
            int strand = turns.peek();
            int p = strands.get(strand).processor();
            if (strands.get(strand).device()) {
                turns.remove();
                return Transition.of(Transition.DEVICE, 0, strand);
            }
            boolean on = world.run().frames(p) > 0 && world.run().strand(p) == strand;
            if (on) {
                running = true;
                return Transition.of(Transition.STEP, p, 0);
            }
            boolean arrives = !running && world.run().turnsLeft(strand) > 0
                    && !world.machine().processors().irqsOff(p);
            running = arrives;
            if (arrives) {
                return Transition.of(Transition.ARRIVAL, p, strand);
            }
            turns.remove();
        }
        return -1;
    }

    private static boolean waits(World world, int p) {
        int node = world.run().node(p);
        Histories histories = world.histories();
        return histories.kind(node) == Op.AWAIT && world.machine().kernel().load(histories.operand(node, 0),
                (int) histories.operand(node, 1)) != histories.operand(node, 2);
    }

    private int number(int[] enabled, int transition) {
        for (int i = 0; i < enabled.length; i++) {
            if (enabled[i] == transition) {
                return i;
            }
        }
        blocked = true;
        return 0;
    }
}
