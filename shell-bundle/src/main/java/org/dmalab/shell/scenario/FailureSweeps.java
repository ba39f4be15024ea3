package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import org.dmalab.lab.InputException;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.explore.Token;
import org.dmalab.lab.report.FailureSweepText.Failed;
import org.dmalab.lab.run.FailurePoint;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.run.Sweep;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.SweepMatrix;

/** The sweeps of {@code scenario:explore --fail-each}, and the tokens that name one failing call. */
final class FailureSweeps {
    private static final String FORMAT = "f1";

    private FailureSweeps() { }

    /** What came of one cell: the sweep, and what is printed of it. */
    record Swept(Sweep sweep, List<Failed> rows) { }

    /** Tells whether a token names a failing call. */
    static boolean isToken(String text) {
        String[] parts = Token.parts(text);
        return parts.length == Token.PARTS && parts[3].equals(FORMAT);
    }

    static String token(RunResult result, String patch, int point) {
        return String.join("~", result.scenario(), patch, result.profile(), FORMAT, Integer.toString(point));
    }

    /**
     * Lets each call of each cell fail once.
     *
     * @param budget tells when no more time is left; what is known then is the result
     */
    static CellRuns<Swept> sweep(Workbench bench, List<Workbench.Cell> cells, int jobs, RunOptions options,
            BooleanSupplier budget) {
        Runner runner = new Runner(bench.catalog());
        return CellRuns.run(cells, jobs, new CellRuns.Task<>((cell, progress) -> {
            Sweep sweep = runner.sweep(cell.scenario(), cell.selection(), options, (done, points) -> {
                progress.accept(cell + ": " + done + " of " + points + " calls");
                return budget.getAsBoolean();
            });
            if (sweep.failed().size() < sweep.points()) {
                Commands.remark(cell + ": the budget is over after " + sweep.failed().size() + " of " + sweep.points()
                        + " calls, the last ones; give it more with --budget");
            }
            return swept(cell, sweep);
        }, (cell, reason) -> swept(cell, new Sweep(runner.broken(cell.scenario(), cell.selection(), options, reason),
                0, List.of()))), bench.outsiders(Workbench.Cell::scenario,
                cell -> List.of(cell.selection())));
    }

    private static Swept swept(Workbench.Cell cell, Sweep sweep) {
        List<Failed> all = new ArrayList<>();
        all.add(new Failed(new FailurePoint(0, sweep.points() == 0 ? "none can" : "none", "-"), sweep.none(), ""));
        sweep.failed().forEach(one -> all.add(new Failed(one.point(), one.result(),
                token(one.result(), cell.selection().text(), one.point().number()))));
        return new Swept(sweep, all);
    }

    /** The sweeps that do not end as the matrices of their architectures say. */
    static List<String> differences(List<Swept> swept, Function<String, Optional<SweepMatrix>> matrices) {
        List<String> lines = new ArrayList<>();
        for (Swept one : swept) {
            RunResult none = one.sweep().none();
            String summary = one.sweep().summary();
            String expected = matrices.apply(none.scenario().substring(0, Math.max(0, none.scenario().indexOf('/'))))
                    .flatMap(matrix -> matrix.expected(none.scenario(), none.patch())).orElse("nothing");
            if (!summary.equals(expected)) {
                lines.add(none.scenario() + " with " + none.patch() + ": " + summary + ", expected " + expected);
            }
        }
        return lines;
    }

    /** A run in which one call fails, checked; it is made when asked. */
    record Again(Runner runner, Workbench.Cell cell, RunOptions options, int point) {
        RunResult take() {
            return runner.runFailing(cell.scenario(), cell.selection(), options, point);
        }

        RunResult broken(String reason) {
            return runner.broken(cell.scenario(), cell.selection(), options, reason);
        }
    }

    /** Finds and checks what a token names. */
    static Again again(String text, Workbench bench) {
        String[] parts = Token.parts(text);
        Scenario scenario = bench.scenarioOf(parts[0]);
        RunOptions options = new RunOptions(parts[2].isEmpty() ? null : parts[2], null, null, 0);
        Workbench.Cell cell = bench.cell(scenario, Selection.parse(parts[1], bench.catalog(), scenario.arch()),
                options);
        if (!parts[4].matches("[0-9]{1,6}")) {
            throw new InputException("the token is damaged: \"" + parts[4] + "\", expected the number of a call");
        }
        return new Again(new Runner(bench.catalog()), cell, options, Integer.parseInt(parts[4]));
    }
}
