package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.Function;

import org.dmalab.lab.run.OutOfMemory;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.shell.scenario.CellRuns.Task;

/**
 * Runs cells on several threads. Results come in the order of the cells, whatever the order in which they end. Cells
 * with the same key are run one at a time and in their order: the variants of others, which might keep state, see what
 * they would see on one thread. Who has no memory left is run again at the end, alone.
 */
final class CellPool<C, T> {
    private final List<C> cells;
    private final Task<C, T> task;
    private final List<String> keys;
    private final Consumer<String> progress;
    private final List<T> results = new ArrayList<>();
    private final List<Integer> waiting = new ArrayList<>();
    private final List<Integer> again = new ArrayList<>();
    private final Set<String> busy = new HashSet<>();
    private final String[] doing;
    private int done;
    private int failedCell = Integer.MAX_VALUE;
    private RuntimeException failure;
    private boolean stopped;

    /**
     * Prepares a run.
     *
     * @param key of a cell; null for one that any other may run beside
     * @param progress is told what is being done
     */
    CellPool(List<C> cells, int jobs, Task<C, T> task, Function<C, String> key, Consumer<String> progress) {
        this.cells = List.copyOf(cells);
        this.task = task;
        this.keys = new ArrayList<>();
        this.progress = progress;
        this.doing = new String[Math.min(jobs, cells.size())];
        for (int i = 0; i < cells.size(); i++) {
            results.add(null);
            waiting.add(i);
            keys.add(key.apply(cells.get(i)));
        }
    }

    /**
     * Runs all cells; an interrupt of the caller ends them, and is kept as the status of its thread.
     *
     * @return what is known, in the order of the cells
     */
    List<T> run() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < doing.length; i++) {
            int number = i;
            Thread thread = new Thread(() -> work(number), "cells-" + (i + 1));
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        boolean interrupted = join(threads);
        if (failure != null && !interrupted) {
            throw failure;
        }
        for (int cell : again) {
            if (!interrupted) {
                results.set(cell, task.alone(cells.get(cell), progress));
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return results.stream().filter(one -> one != null).toList();
    }

    private boolean join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    stop();
                    threads.forEach(Thread::interrupt);
                }
            }
        }
        return interrupted;
    }

    private synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    private void work(int number) {
        for (int cell = begin(number); cell >= 0; cell = begin(number)) {
            T result = null;
            RuntimeException thrown = null;
            try {
                result = task.once(cells.get(cell), words -> say(number, words));
            } catch (RunInterrupted e) {
                stop();
            } catch (OutOfMemory e) {
                later(cell);
            } catch (RuntimeException e) {
                thrown = e;
            }
            end(number, cell, result, thrown);
        }
    }

    /** Takes the next cell that may be run now; waits if there will be one; -1 if there won't. */
    private synchronized int begin(int number) {
        while (!stopped && failure == null && !waiting.isEmpty()) {
            for (int i = 0; i < waiting.size(); i++) {
                String wanted = keys.get(waiting.get(i));
                if (wanted == null || busy.add(wanted)) {
                    int cell = waiting.remove(i);
                    say(number, cells.get(cell).toString());
                    return cell;
                }
            }
            try {
                wait();
            } catch (InterruptedException e) {
                stopped = true;
            }
        }
        say(number, null);
        return -1;
    }

    private synchronized void later(int cell) {
        again.add(cell);
        again.sort(null);
    }

    private synchronized void end(int number, int cell, T result, RuntimeException thrown) {
        results.set(cell, result);
        done++;
        String free = keys.get(cell);
        if (free != null) {
            busy.remove(free);
        }
        if (thrown != null && cell < failedCell) {
            failedCell = cell;
            failure = thrown;
        }
        doing[number] = null;
        notifyAll();
    }

    private synchronized void say(int number, String words) {
        doing[number] = words;
        StringJoiner all = new StringJoiner("; ", done + " of " + cells.size() + " done: ", "");
        for (String one : doing) {
            if (one != null) {
                all.add(one);
            }
        }
        progress.accept(all.toString());
    }
}
