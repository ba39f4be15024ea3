package org.dmalab.lab.explore;

import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.store.Footprint;
import org.dmalab.api.store.Store;

/**
 * What the transitions of a world touch, noted while they are taken: the bytes that they read and write, and outside
 * the store what is on a processor, and the end of all code. Off until told where to note it.
 */
final class Touched {
    /** Numbers of what lies outside the store, see {@link Footprint#outside}. */
    private static final int ENDED = 0;
    private static final int PROCESSOR = 1;

    private final World world;
    private final Store store;
    private final Processors processors;
    private Footprint footprint;

    Touched(World world) {
        this.world = world;
        this.store = world.machine().store();
        this.processors = world.machine().processors();
    }

    /** Notes each transition in a footprint from now on; null for no more. */
    void into(Footprint in) {
        if (in == null || footprint == null) {
            store.noteAccesses(in != null);
        }
        footprint = in;
    }

    /** Tells whether transitions are noted. */
    boolean on() {
        return footprint != null;
    }

    /**
     * A transition begins. It touches what is on its processor and what lets it happen, besides the cells that it will
     * touch until {@link #end}. A kind that is not listed counts as touching everything.
     *
     * <p>Not named is what only code of the same processor changes, its interrupt mask and preemption count, as that is
     * on the processor; nor the turn of a strand, which only its own transition changes.
     */
    void begin(int transition) {
        int p = Transition.processor(transition);
        int operand = Transition.operand(transition);
        footprint.clear();
        store.note(footprint);
        switch (Transition.kind(transition)) {
            case Transition.STEP, Transition.ARRIVAL, Transition.IPI -> touch(PROCESSOR + p);
            case Transition.DEVICE -> { }
            case Transition.HARDWARE -> {
                footprint.add(Footprint.outside(ENDED), 1, 0);
                world.enabled().hardware(operand);
            }
            case Transition.MIGRATION -> {
                touch(PROCESSOR + p);
                touch(PROCESSOR + operand);
            }
            default -> footprint.addEverything();
        }
    }

    private void touch(int number) {
        footprint.add(Footprint.outside(number), 0, 1);
    }

    /** A transition has ended: what is accessed from here on is not its own. */
    void end() {
        store.note(null);
    }

    /** Where all code has ended hardware no longer acts: the order of the two matters. */
    void codeEnded() {
        if (footprint != null && world.places() > 0) {
            touch(ENDED);
        }
    }

    /** Adds what {@link Enabled#undisturbed} looks at. */
    void undisturbed(int p) {
        store.note(footprint);
        for (int q = 0; q < world.processors(); q++) {
            processors.pending(q);
        }
        processors.irqsOff(p);
        store.note(null);
    }

    /**
     * Notes what decides whether interrupts are let in and hardware may act. Whether a task may move is decided by its
     * own steps, which never go alone, and while a handler runs over it, it does not.
     */
    void guards() {
        footprint.clear();
        store.note(footprint);
        for (int p = 0; p < world.processors(); p++) {
            if (processors.pending(p) != 0 || world.enabled().arrivals(p).length > 0) {
                processors.irqsOff(p);
            }
        }
        for (int place = 0; place < world.places(); place++) {
            world.enabled().hardware(place);
        }
        store.note(null);
    }

    /** Notes what a processor waits for; false if it does not wait. */
    boolean waits(int p) {
        if (world.run().frames(p) == 0) {
            return false;
        }
        int kind = world.histories().kind(world.run().node(p));
        if (kind != Op.LOCK && kind != Op.AWAIT) {
            return false;
        }
        footprint.clear();
        store.note(footprint);
        world.enabled().canStep(p);
        store.note(null);
        return true;
    }
}
