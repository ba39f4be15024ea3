package org.dmalab.api.cpu;

/** A BUG() or an oops: the kernel code does not go on from here. */
public final class KernelBug extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what the kernel would print. */
    public KernelBug(String message) {
        super(message);
    }

    /** What the kernel would print, with "kernel BUG" before it if it does not say so itself. */
    public String words() {
        return words(getMessage());
    }

    /** The same for the text of a BUG_ON. */
    public static String words(String message) {
        return message.startsWith("kernel BUG") ? message : "kernel BUG: " + message;
    }
}
