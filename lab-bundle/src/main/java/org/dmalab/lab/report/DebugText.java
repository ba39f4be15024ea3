package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.lab.Changed;
import org.dmalab.lab.explore.ReplayStep;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.oracle.Watchers;

/** What {@code scenario:debug} prints of a schedule's steps. */
public final class DebugText {
    private static final int AROUND = 5;
    private static final int MAX_CHANGES = 20;

    private final Outcome outcome;
    private final List<ReplayStep> steps;

    /** The steps of a schedule and what came of it. */
    public DebugText(Outcome outcome, List<ReplayStep> steps) {
        this.outcome = outcome;
        this.steps = steps;
    }

    /** What stands above all. */
    public String head() {
        return outcome.scenario() + " with " + outcome.patch() + ": " + steps.size()
                + (steps.size() == 1 ? " step" : " steps") + "; h tells the commands\n\n";
    }

    /** One step: who does what, where, and what it changed. */
    public String step(int number) {
        ReplayStep step = steps.get(number - 1);
        List<String> lines = new ArrayList<>();
        lines.add("step " + number + " of " + steps.size() + "  " + who(step) + ": " + step.words());
        int boundary = step.stack().indexOf(ReplayStep.INTERRUPT);
        step.stack().subList(0, boundary < 0 ? step.stack().size() : boundary)
                .forEach(frame -> lines.add("    at " + frame));
        lines.addAll(changes(step.changes().stream().filter(DebugText::ofMachine).toList()));
        return Layout.text(lines);
    }

    /** What oracles remember is no change of the machine. */
    public static boolean ofMachine(Changed changed) {
        return !changed.region().startsWith(Watchers.REGIONS);
    }

    /** A long copy changes more cells than anybody reads. */
    private static List<String> changes(List<Changed> changes) {
        List<String> lines = new ArrayList<>();
        changes.stream().limit(MAX_CHANGES).forEach(changed -> lines.add("    " + changed));
        if (changes.isEmpty()) {
            lines.add("    changes nothing");
        } else if (changes.size() > MAX_CHANGES) {
            lines.add("    and " + (changes.size() - MAX_CHANGES) + " more cells; --format json has them all");
        }
        return lines;
    }

    /** What came of it, below the last step. */
    public String end(int number) {
        return number < steps.size() ? "" : Layout.text(ReplayText.verdict(outcome));
    }

    /** The whole stack, with what the interrupts have interrupted. */
    public String stack(int number) {
        List<String> stack = steps.get(number - 1).stack();
        return stack.isEmpty() ? "no code runs in this step\n" : Layout.text(stack.stream().map(frame ->
                frame.equals(ReplayStep.INTERRUPT) ? "  " + frame : "    at " + frame).toList());
    }

    /** The steps around one, which is marked. */
    public String around(int number) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = Math.max(1, number - AROUND); i <= Math.min(steps.size(), number + AROUND); i++) {
            ReplayStep step = steps.get(i - 1);
            rows.add(List.of(i == number ? ">" : "", Integer.toString(i), who(step), step.words(), step.line()));
        }
        return Layout.text(Layout.columns(rows, ""));
    }

    private static String who(ReplayStep step) {
        return step.column().equals(step.strand()) ? step.column() : step.column() + " " + step.strand();
    }
}
