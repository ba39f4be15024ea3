package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.ExitCode;

/**
 * Runs cells one by one, with progress. An interrupt ends it after what is known so far.
 *
 * @param results of the cells that were run
 * @param interrupted whether that were not all
 */
record CellRuns<T>(List<T> results, boolean interrupted) {
    /** Runs each cell. */
    static <C, T> CellRuns<T> run(List<C> cells, Function<C, T> runOne) {
        return run(cells, (cell, progress) -> runOne.apply(cell));
    }

    /** Runs each cell; each says how far it is. */
    static <C, T> CellRuns<T> run(List<C> cells, BiFunction<C, Progress, T> runOne) {
        List<T> results = new ArrayList<>();
        boolean interrupted = false;
        try (Progress progress = Progress.start()) {
            for (C cell : cells) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new RunInterrupted(cell + " was not begun");
                }
                progress.say(results.size() + 1 + " of " + cells.size() + ": " + cell);
                results.add(runOne.apply(cell, progress));
            }
            interrupted = Thread.currentThread().isInterrupted();
        } catch (RunInterrupted e) {
            interrupted = true;
        }
        if (interrupted) {
            // The status is cleared so that what is known can be printed; the exit code says it.
            Thread.interrupted();
            Commands.remark("interrupted after " + results.size() + " of " + cells.size());
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
