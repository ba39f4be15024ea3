package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.List;

/** Takes the transitions of a violation once more, to say who ran for how long and which choices they were. */
final class Retelling {
    private final World world;
    private final Wording wording;

    Retelling(World world) {
        this.world = world;
        this.wording = new Wording(world);
    }

    private record Step(int transition, int choice, int kindOfCall, String column, String strand, String line) {
        boolean sameActor(Step other) {
            return column.equals(other.column) && strand.equals(other.strand);
        }
    }

    /** The violation with its schedule; the world is at its start before and after. */
    SearchResult.Found tell(Findings.Violation violation) {
        List<Step> steps = new ArrayList<>();
        List<World.Undo> undos = new ArrayList<>();
        for (int transition : violation.transitions()) {
            int[] enabled = world.enabled().list();
            int choice = 0;
            while (enabled[choice] != transition) {
                choice++;
            }
            steps.add(new Step(transition, choice, world.kindOfCall(transition), wording.column(transition),
                    wording.strand(transition), wording.line(transition)));
            undos.add(new World.Undo());
            world.take(transition, undos.get(undos.size() - 1));
        }
        for (int i = undos.size() - 1; i >= 0; i--) {
            world.undo(undos.get(i));
        }
        world.clearViolation();
        return new SearchResult.Found(violation.oracle(), violation.message(), turns(steps), Schedule.of(
                steps.stream().mapToInt(Step::choice).toArray(), steps.stream().mapToInt(Step::kindOfCall).toArray()));
    }

    /** The way there, in turns: who ran, for how many calls, and where an interrupt was let in. */
    private static List<SearchResult.Turn> turns(List<Step> steps) {
        List<SearchResult.Turn> turns = new ArrayList<>();
        int first = 0;
        while (first < steps.size()) {
            int last = first;
            while (last + 1 < steps.size() && steps.get(last + 1).sameActor(steps.get(first))) {
                last++;
            }
            turns.add(turn(steps, first, last));
            first = last + 1;
        }
        return turns;
    }

    private static SearchResult.Turn turn(List<Step> steps, int first, int last) {
        Step start = steps.get(first);
        int kind = Transition.kind(start.transition());
        boolean arrives = kind == Transition.ARRIVAL || kind == Transition.IPI;
        int calls = last - first + (arrives ? 0 : 1);
        String before = arrives ? lineBefore(steps, first) : "";
        String when = before.isEmpty() ? "before anything else" : "after " + before;
        String arrival = arrives ? ", let in " + when : "";
        String line = steps.get(last).line();
        String where = line.isEmpty() ? "" : ", last at " + line;
        String unit = kind == Transition.DEVICE || kind == Transition.HARDWARE ? " step" : " call";
        return new SearchResult.Turn(start.column(), start.strand() + ": " + calls + unit + (calls == 1 ? "" : "s")
                + arrival + where);
    }

    /** Where the code of the same processor last was. */
    private static String lineBefore(List<Step> steps, int first) {
        for (int i = first - 1; i >= 0; i--) {
            if (steps.get(i).column().equals(steps.get(first).column()) && !steps.get(i).line().isEmpty()) {
                return steps.get(i).line();
            }
        }
        return "";
    }
}
