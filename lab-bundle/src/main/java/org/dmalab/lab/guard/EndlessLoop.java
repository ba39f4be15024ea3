package org.dmalab.lab.guard;

/** Code of a variant goes round and round, or calls itself, without a call on its Cpu; or an interrupt ended it. */
public final class EndlessLoop extends Error {
    private static final long serialVersionUID = 1L;

    EndlessLoop(String message) {
        super(message);
    }
}
