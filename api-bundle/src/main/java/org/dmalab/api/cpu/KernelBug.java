package org.dmalab.api.cpu;

/** A BUG() or an oops: the kernel code does not go on from here. */
public final class KernelBug extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what the kernel would print. */
    public KernelBug(String message) {
        super(message);
    }
}
