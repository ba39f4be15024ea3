package org.dmalab.bench;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;

/** The counter of {@link Models#counter} for Lincheck: threads that each add one to it under a lock, so many times. */
public final class LincheckCounter {
    private int counter;

    /** Adds one. */
    @Operation
    public int increment() {
        synchronized (this) {
            return ++counter;
        }
    }

    /** Seconds for so many executions of one program. */
    static double seconds(int threads, int times, int executions) {
        long startNanos = System.nanoTime();
        new ModelCheckingOptions().iterations(1).threads(threads).actorsPerThread(times).actorsBefore(0)
                .actorsAfter(0).invocationsPerIteration(executions).check(LincheckCounter.class);
        return (System.nanoTime() - startNanos) / 1e9;
    }
}
