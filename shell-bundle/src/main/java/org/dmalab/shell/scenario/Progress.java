package org.dmalab.shell.scenario;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * A line on standard error that says what is being done, from the second second on and only on a terminal; it is
 * overwritten by the next one and erased at the end.
 */
final class Progress implements AutoCloseable {
    private static final long DELAY_MILLIS = 1000;
    private static final int WIDTH = 100;

    private final PrintStream stream;
    private final long startNanos = System.nanoTime();
    private final long delayMillis;
    private String label = "";
    private String shown = "";
    private boolean closed;

    private Progress(PrintStream stream, long delayMillis) {
        this.stream = stream;
        this.delayMillis = delayMillis;
    }

    /** Shows progress on standard error if that is a terminal. */
    static Progress start() {
        return start(Terminals.error() ? System.err : null, DELAY_MILLIS);
    }

    /** Shows progress on a stream from so many milliseconds on; null for nowhere. */
    static Progress start(PrintStream stream, long delayMillis) {
        Progress progress = new Progress(stream, delayMillis);
        if (stream != null) {
            Thread thread = new Thread(progress::show, "progress");
            thread.setDaemon(true);
            thread.start();
        }
        return progress;
    }

    /** Says what is being done now. */
    synchronized void say(String what) {
        label = what.length() <= WIDTH ? what : what.substring(0, WIDTH - 3) + "...";
        notifyAll();
    }

    private synchronized void show() {
        try {
            while (!closed) {
                long left = delayMillis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
                if (left > 0) {
                    wait(left);
                } else if (label.equals(shown)) {
                    wait();
                } else {
                    print(label);
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread but who wants it to end.
        }
    }

    private void print(String text) {
        stream.print("\r" + text + " ".repeat(Math.max(0, shown.length() - text.length())));
        stream.flush();
        shown = text;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        if (!shown.isEmpty()) {
            print("");
            stream.print("\r");
            stream.flush();
        }
    }
}
