package org.dmalab.shell.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

import org.dmalab.lab.InputException;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.shell.scenario.CellRuns.Task;
import org.junit.jupiter.api.Test;

class CellPoolTest {
    private static final Consumer<String> QUIET = words -> { };

    private static List<Integer> cells(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static List<String> run(List<Integer> cells, int jobs, Function<Integer, String> work,
            Function<Integer, String> key) {
        return new CellPool<>(cells, jobs, Task.of(work, (cell, reason) -> cell + " broken: " + reason), key, QUIET)
                .run();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Two cells wait for each other, so both threads are at work; the order of the results is that of the cells. */
    @Test
    void cellsRunAtOnceAndResultsComeInTheirOrder() {
        CyclicBarrier both = new CyclicBarrier(2);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        List<String> results = run(cells(40), 2, cell -> {
            if (cell < 2) {
                meet(both);
            }
            order.add(Thread.currentThread().getName());
            return "result " + cell;
        }, cell -> null);
        assertEquals(cells(40).stream().map(cell -> "result " + cell).toList(), results);
        assertEquals(List.of("cells-1", "cells-2"), order.stream().distinct().sorted().toList());
    }

    /** Of cells with one key never two at once, and in their order. */
    @Test
    void cellsWithOneKeyWaitForEachOther() {
        AtomicInteger inside = new AtomicInteger();
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<String> results = run(cells(60), 4, cell -> {
            if (cell % 3 == 0) {
                assertEquals(1, inside.incrementAndGet());
                order.add(cell);
                Thread.yield();
                inside.decrementAndGet();
            }
            return "result " + cell;
        }, cell -> cell % 3 == 0 ? "mips/mine" : null);
        assertEquals(60, results.size());
        assertTrue(results.stream().noneMatch(result -> result.contains("broken")), results.toString());
        assertEquals(cells(60).stream().filter(cell -> cell % 3 == 0).toList(), order);
    }

    @Test
    void whatIsWrongWithOneCellIsItsOwn() {
        assertEquals(List.of("0", "1 broken: java.lang.IllegalStateException: one", "2"), run(cells(3), 2, cell -> {
            if (cell == 1) {
                throw new IllegalStateException("one");
            }
            return cell.toString();
        }, cell -> null));
    }

    @Test
    void wrongInputEndsAllWithTheMessageOfTheFirstCell() {
        InputException wrong = new InputException("no such file");
        assertSame(wrong, assertThrows(InputException.class, () -> run(cells(9), 3, cell -> {
            if (cell == 0) {
                throw wrong;
            }
            return "";
        }, cell -> null)));
    }

    /** In flight together, two have no memory; alone at the end only one comes to it again. */
    @Test
    void whoHasNoMemoryLeftIsRunAgainAlone() {
        AtomicInteger tries = new AtomicInteger();
        CyclicBarrier both = new CyclicBarrier(2);
        List<String> results = run(cells(2), 2, cell -> {
            if (tries.incrementAndGet() <= 2) {
                meet(both);
                throw new OutOfMemoryError("heap");
            }
            if (cell == 1) {
                throw new OutOfMemoryError("heap");
            }
            return "result " + cell;
        }, cell -> null);
        assertEquals("result 0", results.get(0));
        assertTrue(results.get(1).startsWith("1 broken: ") && results.get(1).endsWith("again when it was run alone"),
                results.get(1));
        assertEquals(4, tries.get());
    }

    /** An interrupt ends those in flight; what is known is the result, and the status says that it was not all. */
    @Test
    void anInterruptEndsAllThreads() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(2);
        List<List<String>> results = new ArrayList<>();
        List<Boolean> status = new ArrayList<>();
        Thread main = new Thread(() -> {
            results.add(run(cells(9), 2, cell -> {
                if (cell == 0) {
                    return "known";
                }
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new RunInterrupted("cell " + cell);
                }
                return "never";
            }, cell -> null));
            status.add(Thread.currentThread().isInterrupted());
        });
        main.start();
        begun.await();
        main.interrupt();
        main.join();
        assertEquals(List.of(List.of("known")), results);
        assertEquals(List.of(true), status);
    }
}
