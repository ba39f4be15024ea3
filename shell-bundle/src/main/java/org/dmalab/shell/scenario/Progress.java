package org.dmalab.shell.scenario;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

import org.dmalab.lab.VisibleText;
import org.dmalab.shell.command.Terminals;

/**
 * A line on standard error that says what is being done, from the second second on and only on a terminal; it is
 * overwritten by the next one and erased at the end.
 */
final class Progress implements AutoCloseable {
    private static final long DELAY_MILLIS = 1000;
    private static final long EVERY_MILLIS = 200;
    private static final String NO_WRAP = "\u001b[?7l";
    private static final String WRAP = "\u001b[?7h";
    private static final String ERASE = "\u001b[K";

    private final PrintStream stream;
    private long nextNanos;
    private String label = "";
    private String shown = "";
    private boolean closed;

    private Progress(PrintStream stream, long delayMillis) {
        this.stream = stream;
        this.nextNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMillis);
    }

    /** Shows progress on standard error if that is a terminal. */
    static Progress start() {
        return start(Terminals.error() ? Terminals.errorTerminal() : null, DELAY_MILLIS);
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
        label = what;
        notifyAll();
    }

    private synchronized void show() {
        try {
            while (!closed) {
                long leftNanos = nextNanos - System.nanoTime();
                if (leftNanos > 0) {
                    wait(leftNanos / 1_000_000 + 1);
                } else if (label.equals(shown)) {
                    wait();
                } else {
                    print(label);
                    nextNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread but who wants it to end.
        }
    }

    /** A line that is wider than the terminal is cut there: one that goes on in the next line can't be overwritten. */
    private void print(String text) {
        stream.print("\r" + NO_WRAP + VisibleText.of(text) + ERASE + WRAP + "\r");
        stream.flush();
        shown = text;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        if (!shown.isEmpty()) {
            print("");
        }
    }
}
