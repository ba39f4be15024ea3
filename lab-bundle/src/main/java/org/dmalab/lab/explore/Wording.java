package org.dmalab.lab.explore;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Op;

/**
 * The words for transitions of a {@link World} in its present state; for schedules that are shown, not for the search.
 */
final class Wording {
    private static final String LIVELOCK = "livelock: ";
    static final String DEADLOCK = "deadlock: ";
    static final String IPI_HANDLER = "IPI handler";

    private final World world;
    private final Machine machine;
    private final Histories histories;

    Wording(World world) {
        this.world = world;
        this.machine = world.machine();
        this.histories = world.histories();
    }

    /** Who waits for what, when nothing is enabled and not all is finished. */
    String deadlock() {
        StringBuilder text = new StringBuilder(DEADLOCK);
        for (int p = 0; p < world.processors(); p++) {
            if (world.run().frames(p) > 0) {
                int node = world.run().node(p);
                text.append(text.length() > DEADLOCK.length() ? "; " : "").append(name(world.run().strand(p)))
                        .append(" waits at ").append(histories.line(node)).append(" for ")
                        .append(machine.kernel().nameOf(histories.operand(node, 0)));
            }
        }
        return text.toString();
    }

    /** Who goes round where, when there is no way out. */
    String livelock() {
        StringBuilder text = new StringBuilder(LIVELOCK);
        for (int p = 0; p < world.processors(); p++) {
            if (world.run().frames(p) > 0) {
                text.append(text.length() > LIVELOCK.length() ? "; " : "").append(name(world.run().strand(p)))
                        .append(" at ").append(histories.line(world.run().node(p)));
            }
        }
        return text.append(" go on for ever and nobody can come to an end").toString();
    }

    /** Who a transition belongs to: {@code cpu0}, a device's name, {@code hardware}. */
    String column(int transition) {
        return switch (Transition.kind(transition)) {
            case Transition.DEVICE -> world.strands().get(Transition.operand(transition)).name();
            case Transition.HARDWARE -> world.hardware(Transition.operand(transition)).family().column();
            default -> "cpu" + Transition.processor(transition);
        };
    }

    /** The strand that a transition runs or lets in; call it before the transition is taken. */
    String strand(int transition) {
        int p = Transition.processor(transition);
        int operand = Transition.operand(transition);
        return switch (Transition.kind(transition)) {
            case Transition.STEP, Transition.MIGRATION -> name(world.run().strand(p));
            case Transition.IPI -> name(RunState.IPI_HANDLER);
            case Transition.HARDWARE -> world.hardware(operand).family().family();
            default -> name(operand);
        };
    }

    /** What a transition does, in a few words; call it before the transition is taken. */
    String words(int transition) {
        int p = Transition.processor(transition);
        int operand = Transition.operand(transition);
        return switch (Transition.kind(transition)) {
            case Transition.STEP -> call(world.run().node(p)) + outcome(p, operand);
            case Transition.ARRIVAL -> "the interrupt arrives";
            case Transition.IPI -> "inter-processor interrupt";
            case Transition.DEVICE -> "does " + (world.strands().get(operand).turns() - world.run().turnsLeft(operand)
                    + 1) + " of "
                    + world.strands().get(operand).turns();
            case Transition.HARDWARE -> world.hardware(operand).family().describe(world.hardware(operand).index());
            default -> "moves to cpu" + operand;
        };
    }

    /** A call with the names of kernel variables, and without the operands that it does not use. */
    private String call(int node) {
        if (histories.kind(node) == Op.SERVICE) {
            return "calls " + ((Swap) machine.services()).name();
        }
        StringBuilder text = new StringBuilder(Op.name(histories.kind(node))).append('(');
        int used = Histories.OPERANDS;
        while (used > 0 && histories.operand(node, used - 1) == 0) {
            used--;
        }
        for (int i = 0; i < used; i++) {
            long operand = histories.operand(node, i);
            text.append(i == 0 ? "" : ", ").append(i == 0 && machine.kernel().contains(operand)
                    ? machine.kernel().nameOf(operand) : "0x" + Long.toHexString(operand));
        }
        return text.append(')').toString();
    }

    private String outcome(int p, int choice) {
        return world.enabled().choices(p) > 1 ? ", outcome " + choice : "";
    }

    /** Source line of the call that a step takes; empty for what is no step. */
    String line(int transition) {
        return Transition.kind(transition) == Transition.STEP
                ? histories.line(world.run().node(Transition.processor(transition)))
                : "";
    }

    private String name(int strand) {
        return strand == RunState.IPI_HANDLER ? IPI_HANDLER : world.strands().get(strand).name();
    }
}
