package org.dmalab.api.cpu;

/**
 * Thrown by a {@link Cpu} to leave patch code at the call that is next. It carries nothing, costs nothing, and must
 * pass through everything between the {@code Cpu} and whoever runs the code.
 */
public final class Stop extends Error {
    /** The only instance. */
    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack and no suppressed ones
    public static final Stop INSTANCE = new Stop();
    private static final long serialVersionUID = 1L;

    private Stop() {
        super(null, null, false, false);
    }
}
