package org.dmalab.shell.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.dmalab.lab.InputException;
import org.dmalab.lab.run.OutOfMemory;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.shell.scenario.CellRuns.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens in a cell costs that cell; also of several at once. */
class CellRunsTest {
    private final List<String> run = new ArrayList<>();

    private List<String> results(int jobs, Function<String, String> work) {
        Task<String, String> task = Task.of(cell -> {
            synchronized (run) {
                run.add(cell);
            }
            return work.apply(cell);
        }, (cell, reason) -> cell + " is broken: " + reason);
        return CellRuns.run(List.of("a", "b", "c"), jobs, task, cell -> null).results();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void errorsCostTheirCell(int jobs) {
        assertEquals(List.of("a done", "b is broken: java.lang.Error: no more", "c done"), results(jobs, cell -> {
            if (cell.equals("b")) {
                throw new Error("no more");
            }
            return cell + " done";
        }));
    }

    /** Memory may have been used up by a neighbour: only who comes to it again, alone, is broken. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whoHasNoMemoryIsRunAgain(int jobs) {
        List<String> results = results(jobs, cell -> {
            long before = run.stream().filter(cell::equals).count();
            if (cell.equals("a") && before == 1) {
                throw new OutOfMemoryError("heap");
            }
            if (cell.equals("b")) {
                throw new OutOfMemory("java.lang.OutOfMemoryError: heap (example.B:7)");
            }
            return cell + " done";
        });
        assertEquals(List.of("a done", "b is broken: java.lang.OutOfMemoryError: heap (example.B:7), again when it was"
                + " run alone", "c done"), results);
        assertEquals(5, run.size());
    }

    @Test
    void wrongInputEndsTheCommandAndAnInterruptKeepsWhatIsKnown() {
        assertThrows(InputException.class, () -> results(1, cell -> {
            throw new InputException("wrong");
        }));
        Task<String, String> task = Task.of(cell -> {
            if (cell.equals("b")) {
                throw new RunInterrupted("b");
            }
            return cell;
        }, (cell, reason) -> reason);
        CellRuns<String> runs = CellRuns.run(List.of("a", "b", "c"), task);
        assertEquals(List.of("a"), runs.results());
        assertTrue(runs.interrupted());
        assertFalse(Thread.currentThread().isInterrupted());
    }
}
