package org.dmalab.lab.guard;

/**
 * A variant that cannot be used at all: one of its classes does what no patch may do, or its object cannot be made. The
 * message says why, with class and line.
 */
public final class UnusableVariant extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_CAUSES = 20;

    /** Says why. */
    public UnusableVariant(String message) {
        super(message);
    }

    /** The one that is the cause of something that was thrown, or null. */
    public static UnusableVariant in(Throwable thrown) {
        Throwable at = thrown;
        for (int i = 0; at != null && i < MAX_CAUSES; i++) {
            if (at instanceof UnusableVariant found) {
                return found;
            }
            at = at instanceof LinkageError || at.getClass().getName().startsWith("org.osgi.") ? at.getCause() : null;
        }
        return null;
    }
}
