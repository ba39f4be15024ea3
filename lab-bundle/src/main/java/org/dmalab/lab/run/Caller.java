package org.dmalab.lab.run;

import java.util.Optional;

/** Where in kernel or patch code the call stands that is being made. */
final class Caller {
    private static final StackWalker STACK = StackWalker.getInstance();

    private Caller() { }

    /** File and line. */
    static String line() {
        return frame().map(Caller::line).orElse("?");
    }

    /** The class, with file and line. */
    static String place() {
        return frame().map(frame -> frame.getClassName() + " (" + line(frame) + ")").orElse("?");
    }

    private static String line(StackWalker.StackFrame frame) {
        return frame.getFileName() + ":" + frame.getLineNumber();
    }

    private static Optional<StackWalker.StackFrame> frame() {
        return STACK.walk(frames -> frames.filter(frame -> !frame.getClassName().startsWith("org.dmalab.api.")
                && !frame.getClassName().startsWith("org.dmalab.lab.run.")).findFirst());
    }
}
