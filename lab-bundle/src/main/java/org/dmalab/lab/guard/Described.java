package org.dmalab.lab.guard;

/** What was thrown, in words, whatever its class does when it is asked. */
public final class Described {
    private static final int MAX_LENGTH = 1_000;

    private Described() { }

    /** Its class and message. */
    public static String of(Throwable thrown) {
        String message = message(thrown);
        return thrown.getClass().getName() + (message.isEmpty() ? "" : ": " + message);
    }

    /** Its message; empty if it has none. */
    public static String message(Throwable thrown) {
        UnusableVariant unusable = UnusableVariant.in(thrown);
        if (unusable != null) {
            return unusable.getMessage();
        }
        try {
            String message = thrown.getMessage();
            if (message == null) {
                return "";
            }
            return message.length() <= MAX_LENGTH ? message : message.substring(0, MAX_LENGTH) + "...";
        } catch (Throwable e) {
            return "(its getMessage throws " + e.getClass().getName() + ")";
        }
    }

    /** Where it was thrown; empty if it does not say. */
    public static StackTraceElement[] trace(Throwable thrown) {
        try {
            StackTraceElement[] trace = thrown.getStackTrace();
            return trace == null ? new StackTraceElement[0] : trace;
        } catch (Throwable e) {
            return new StackTraceElement[0];
        }
    }
}
