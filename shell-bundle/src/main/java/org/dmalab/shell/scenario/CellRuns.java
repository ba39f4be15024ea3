package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.dmalab.lab.InputException;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.guard.Described;
import org.dmalab.lab.run.OutOfMemory;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.ExitCode;

/**
 * Runs cells, one by one or several at once, with progress. An interrupt ends it after what is known so far.
 *
 * @param results of the cells that were run
 * @param interrupted whether that were not all
 */
record CellRuns<T>(List<T> results, boolean interrupted) {
    /**
     * What is done with each cell.
     *
     * @param run gets the cell, and says how far it is
     * @param broken what comes of a cell that could not be run, with the reason
     */
    record Task<C, T>(BiFunction<C, Consumer<String>, T> run, BiFunction<C, String, T> broken) {
        /** One that does not say how far it is. */
        static <C, T> Task<C, T> of(Function<C, T> run, BiFunction<C, String, T> broken) {
            return new Task<>((cell, progress) -> run.apply(cell), broken);
        }

        /** Whatever happens costs this cell only; one that has no memory left is run once more, alone. */
        private T contained(C cell, Consumer<String> progress) {
            try {
                return once(cell, progress);
            } catch (OutOfMemory e) {
                return alone(cell, progress);
            }
        }

        /** A cell that had no memory left, once more. */
        T alone(C cell, Consumer<String> progress) {
            try {
                return once(cell, progress);
            } catch (OutOfMemory e) {
                return broken.apply(cell, e.getMessage() + ", again when it was run alone");
            }
        }

        /** Whatever happens costs this cell only, but that it had no memory left. */
        T once(C cell, Consumer<String> progress) {
            try {
                return run.apply(cell, progress);
            } catch (InputException | RunInterrupted | OutOfMemory e) {
                throw e;
            } catch (OutOfMemoryError e) {
                throw new OutOfMemory(Described.of(e));
            } catch (Throwable e) {
                return broken.apply(cell, Described.of(e));
            }
        }
    }

    /**
     * Runs the cells, so many at once.
     *
     * @param key of a cell: those with the same one are run one at a time, in their order; null for no such others
     */
    static <C, T> CellRuns<T> run(List<C> cells, int jobs, Task<C, T> task, Function<C, String> key) {
        if (jobs == 1 || cells.size() < 2) {
            return run(cells, task);
        }
        List<T> results;
        try (Progress progress = Progress.start()) {
            results = new CellPool<>(cells, jobs, task, key, progress::say).run();
        }
        return ended(results, cells.size(), Thread.interrupted() || results.size() < cells.size());
    }

    /** Runs the cells one by one. */
    static <C, T> CellRuns<T> run(List<C> cells, Task<C, T> task) {
        List<T> results = new ArrayList<>();
        boolean interrupted = false;
        try (Progress progress = Progress.start()) {
            for (C cell : cells) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new RunInterrupted(cell + " was not begun");
                }
                progress.say(results.size() + 1 + " of " + cells.size() + ": " + cell);
                results.add(task.contained(cell, progress::say));
            }
            interrupted = Thread.currentThread().isInterrupted();
        } catch (RunInterrupted e) {
            interrupted = true;
        }
        return ended(results, cells.size(), interrupted);
    }

    private static <T> CellRuns<T> ended(List<T> results, int cells, boolean interrupted) {
        if (interrupted) {
            // The status is cleared so that what is known can be printed; the exit code says it.
            Thread.interrupted();
            Commands.remark("interrupted after " + results.size() + " of " + cells);
        }
        return new CellRuns<>(List.copyOf(results), interrupted);
    }

    /** The exit code: interrupted, broken, fail where a fail counts, undecided, in this order; null if all is well. */
    Object exitCode(Function<T, Verdict> verdict, boolean failCounts) {
        if (interrupted) {
            return new ExitCode(CommandException.INTERRUPTED);
        }
        Set<Verdict> verdicts = results.stream().map(verdict).collect(Collectors.toSet());
        if (verdicts.contains(Verdict.BROKEN)) {
            return new ExitCode(CommandException.BROKEN);
        }
        if (failCounts && verdicts.contains(Verdict.FAIL)) {
            return new ExitCode(CommandException.FAIL);
        }
        return verdicts.contains(Verdict.UNDECIDED) ? new ExitCode(CommandException.BROKEN) : null;
    }
}
