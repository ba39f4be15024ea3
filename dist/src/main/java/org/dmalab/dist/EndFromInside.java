package org.dmalab.dist;

import java.util.Arrays;
import java.util.Map;

/**
 * Watches how the process ends. Code that calls {@code System.exit} behind the back of the launcher would end it with
 * whatever code it likes, 0 as well, and nothing printed; it ends with 3 and a message instead. Signals end it as ever.
 */
final class EndFromInside {
    private static final int BROKEN = 3;
    private static final String RUNTIME = "java.lang.Runtime";
    private static final String SYSTEM = "java.lang.System";

    private volatile boolean expected;

    EndFromInside() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::ended, "how the process ends"));
    }

    /** From now on the launcher itself ends the process. */
    void expected() {
        expected = true;
    }

    private void ended() {
        if (expected) {
            return;
        }
        String caller = caller(Thread.getAllStackTraces());
        if (caller != null) {
            System.err.println("error: " + caller + " ended the process from inside; the results are lost");
            System.err.flush();
            Runtime.getRuntime().halt(BROKEN);
        }
    }

    /**
     * Who has called {@code System.exit} or {@code Runtime.exit}; null if no thread has, which is what a signal looks
     * like.
     */
    static String caller(Map<Thread, StackTraceElement[]> stacks) {
        for (StackTraceElement[] stack : stacks.values()) {
            int exit = -1;
            for (int i = 0; i < stack.length; i++) {
                String type = stack[i].getClassName();
                boolean ends = (type.equals(RUNTIME) || type.equals(SYSTEM))
                        && stack[i].getMethodName().equals("exit");
                exit = ends ? i : exit;
            }
            if (exit >= 0) {
                return Arrays.stream(stack).skip(exit + 1L).findFirst()
                        .map(frame -> frame.getClassName() + " (" + frame.getFileName() + ":" + frame.getLineNumber()
                                + ")").orElse("somebody");
            }
        }
        return null;
    }
}
