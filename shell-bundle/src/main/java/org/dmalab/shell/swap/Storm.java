package org.dmalab.shell.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

import org.HdrHistogram.Histogram;
import org.dmalab.api.Machine;
import org.dmalab.lab.guard.Described;
import org.dmalab.lab.guard.Loops;
import org.dmalab.lab.live.LiveMachine;
import org.dmalab.lab.oracle.Violation;

/**
 * Throws the switch at random while machines are under load. {@code lost} is the difference between the calls that the
 * callers counted and those that the machines' own state shows.
 */
public final class Storm {
    private static final long HIGHEST_MICROS = 60_000_000L;
    private final Swappable target;
    private final List<String> patches;
    private final long seed;
    /** An exchange is under way: whoever makes it is not to wait behind the load for a processor. */
    private volatile boolean exchanging;

    /**
     * What came of a storm.
     *
     * @param swaps exchanges made
     * @param calls pieces of load that callers counted as complete
     * @param failed pieces of load that ended with an error or an exception
     * @param lost calls counted less calls that the machines' state shows
     * @param violations how often the machines' oracles saw something violated
     * @param violated each kind of violation once
     * @param interrupted whether it was stopped early
     * @param secondsTotal how long it took
     * @param swapMicros how long an exchange took, until the references were bound
     * @param firstFailure words about the first failed call; empty if there is none
     */
    public record Result(long swaps, long calls, long failed, long lost, long violations, List<Violation> violated,
            boolean interrupted, double secondsTotal, Histogram swapMicros, String firstFailure) { }

    /** Prepares a storm over these variants. */
    public Storm(Swappable target, List<String> patches, long seed) {
        if (patches.size() < 2) {
            throw new IllegalArgumentException("a storm needs at least two variants, it has " + patches);
        }
        this.target = target;
        this.patches = List.copyOf(patches);
        this.seed = seed;
    }

    /**
     * Runs it; an interrupt of the calling thread ends it early and cleanly.
     *
     * @param swaps how many exchanges
     * @param threads how many machines under load
     * @param progress told the number of exchanges made
     */
    public Result run(int swaps, int threads, IntConsumer progress) {
        List<Swappable.Loaded> machines = target.machines(threads);
        List<Worker> workers = new ArrayList<>();
        AtomicBoolean stop = new AtomicBoolean();
        Histogram micros = new Histogram(HIGHEST_MICROS, 3);
        long start = System.nanoTime();
        int done = 0;
        boolean interrupted = false;
        CountDownLatch underLoad = new CountDownLatch(machines.size());
        try {
            for (Swappable.Loaded loaded : machines) {
                Worker worker = new Worker(loaded, stop, underLoad);
                workers.add(worker);
                worker.start();
            }
            underLoad.await();
            done = exchange(swaps, micros, progress);
        } catch (InterruptedException e) {
            interrupted = true;
            done = (int) micros.getTotalCount();
        } finally {
            stop.set(true);
            joinAll(workers);
            machines.forEach(Swappable.Loaded::close);
        }
        return result(done, workers, interrupted, (System.nanoTime() - start) / 1e9, micros);
    }

    private int exchange(int swaps, Histogram micros, IntConsumer progress) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        int current = -1;
        for (int i = 0; i < swaps; i++) {
            int next = random.nextInt(patches.size() - (current < 0 ? 0 : 1));
            current = current >= 0 && next >= current ? next + 1 : next;
            long before = System.nanoTime();
            exchanging = true;
            target.use(patches.get(current));
            exchanging = false;
            micros.recordValue(Math.min(HIGHEST_MICROS, (System.nanoTime() - before) / 1000));
            progress.accept(i + 1);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return swaps;
    }

    private static void joinAll(List<Worker> workers) {
        boolean interrupted = false;
        for (Worker worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Result result(int done, List<Worker> workers, boolean interrupted, double seconds,
            Histogram micros) {
        long calls = 0;
        long failed = 0;
        long lost = 0;
        long violations = 0;
        List<Violation> violated = new ArrayList<>();
        String first = "";
        for (Worker worker : workers) {
            calls += worker.calls;
            failed += worker.failed;
            lost += worker.calls - worker.seen;
            violations += worker.load.occurrences();
            violated.addAll(worker.load.violations());
            first = first.isEmpty() ? worker.firstFailure : first;
        }
        return new Result(done, calls, failed, lost, violations, violated, interrupted, seconds, micros, first);
    }

    /** Owns one machine and calls without pause. */
    private final class Worker extends Thread {
        private final Swappable.Loaded loaded;
        private final AtomicBoolean stop;
        private final CountDownLatch underLoad;
        private long calls;
        private long failed;
        private long seen;
        private String firstFailure = "";
        private LiveMachine.Load load = new LiveMachine.Load(List.of(), 0);

        Worker(Swappable.Loaded loaded, AtomicBoolean stop, CountDownLatch underLoad) {
            super("storm");
            this.loaded = loaded;
            this.stop = stop;
            this.underLoad = underLoad;
        }

        @Override
        public void run() {
            try {
                load = loaded.own(this::callUntilStopped);
            } catch (Throwable e) { // whatever a variant throws, somebody waits for the result
                failed("after call " + calls + ": " + Described.of(e));
            } finally {
                underLoad.countDown();
            }
        }

        private void callUntilStopped(Machine machine) {
            long before = target.seen(machine);
            for (long sequence = 0; !stop.get(); sequence++) {
                call(machine, sequence);
                if (sequence == 0) {
                    underLoad.countDown();
                }
                if (exchanging) {
                    Thread.yield();
                }
            }
            seen = target.seen(machine) - before;
        }

        private void call(Machine machine, long sequence) {
            Loops.begin();
            try {
                long result = target.call(machine, sequence);
                if (result >= 0) {
                    calls++;
                } else {
                    failed("call " + sequence + " returned " + result);
                }
            } catch (Throwable e) {
                failed("call " + sequence + ": " + Described.of(e));
            }
        }

        private void failed(String words) {
            failed++;
            firstFailure = firstFailure.isEmpty() ? words : firstFailure;
        }
    }
}
