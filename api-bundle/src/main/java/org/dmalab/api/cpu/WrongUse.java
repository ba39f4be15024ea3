package org.dmalab.api.cpu;

/**
 * Code has called its {@link Cpu}, or its services, as nobody may: an error of the patch, at the call. It is no bug of
 * the kernel, and ends whatever was run.
 */
public final class WrongUse extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what was called with what, and what is expected. */
    public WrongUse(String message) {
        super(message);
    }
}
