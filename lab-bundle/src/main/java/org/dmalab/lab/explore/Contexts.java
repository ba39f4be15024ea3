package org.dmalab.lab.explore;

/**
 * Numbers for those who run code: a strand, or the handler of inter-processor interrupts of a processor, each for every
 * depth at which it can lie on others. Devices and hardware count as everybody.
 */
final class Contexts {
    private static final int DEPTHS = 4;
    /** Whoever is none of those: he shares with all. */
    static final int EVERYBODY = 255;

    private final World world;
    private final int strands;

    Contexts(World world) {
        this.world = world;
        this.strands = world.strands().size();
    }

    /** Who takes a transition, 1 to 254; call it before the transition is taken. */
    int of(int transition) {
        int p = Transition.processor(transition);
        return switch (Transition.kind(transition)) {
            case Transition.STEP -> number(p, world.run().strand(p), world.run().frames(p) - 1);
            case Transition.ARRIVAL -> number(p, Transition.operand(transition), world.run().frames(p));
            case Transition.IPI -> number(p, RunState.IPI_HANDLER, world.run().frames(p));
            default -> EVERYBODY;
        };
    }

    private int number(int p, int strand, int depth) {
        int actor = strand == RunState.IPI_HANDLER ? strands + p : strand;
        int number = 1 + actor * DEPTHS + depth;
        return depth < DEPTHS && number < EVERYBODY ? number : EVERYBODY;
    }
}
