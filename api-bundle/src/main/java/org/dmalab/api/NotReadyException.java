package org.dmalab.api;

/**
 * An action cannot be tried on the machine as it is, because another one has to come first or a value means nothing
 * there. That is a mistake of whoever asked for it; what the kernel itself declines is a negative error number. Thrown
 * before anything has changed.
 */
public final class NotReadyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says on one line what is missing and which action comes first, or which value was expected. */
    public NotReadyException(String message) {
        super(message);
    }

    /**
     * Refuses a value that no kernel is asked about.
     *
     * @param right whether it can be tried
     * @param parameter which one, or several
     * @param value what it is
     * @param expected what it should be
     */
    public static void require(boolean right, String parameter, Object value, String expected) {
        if (!right) {
            throw new NotReadyException(parameter + ": " + value + ", expected " + expected);
        }
    }
}
