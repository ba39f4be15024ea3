package org.dmalab.vtd.action;

import org.dmalab.api.Machine;

/** Lets hardware and interrupts go on until nothing is left to do. */
final class Settle {
    private static final int STEPS = 1000;

    private Settle() { }

    static void all(Machine machine) {
        for (int i = 0; i < STEPS; i++) {
            if (!machine.progress()) {
                return;
            }
        }
        throw new IllegalStateException("the machine does not come to rest within " + STEPS + " steps");
    }
}
