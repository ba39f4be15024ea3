package org.dmalab.api.cpu;

/** The code waits for something that nobody on this machine will bring about: a lock cycle or a lost wake-up. */
public final class Blocked extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says who waits for what. */
    public Blocked(String message) {
        super(message);
    }
}
