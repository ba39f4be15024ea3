package org.dmalab.c.runtime;

/** C code did what can't be carried out here; the message says what, and the line. The run is broken. */
public final class CFault extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final StackWalker STACK = StackWalker.getInstance();

    /** Adds the line of the C code that is running. */
    CFault(String message) {
        super(message + line());
    }

    /** {@code  at FILE:LINE FUNCTION} for the C code that is running; empty if none is. */
    static String line() {
        return STACK.walk(frames -> frames.filter(CFault::isText).findFirst())
                .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber() + " " + frame.getMethodName())
                .orElse("");
    }

    private static boolean isText(StackWalker.StackFrame frame) {
        String file = frame.getFileName();
        return file != null && frame.getLineNumber() > 0 && (file.endsWith(".c") || file.endsWith(".h"));
    }
}
