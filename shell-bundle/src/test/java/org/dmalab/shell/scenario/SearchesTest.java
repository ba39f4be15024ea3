package org.dmalab.shell.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.explore.Exploration;
import org.dmalab.lab.explore.Patches;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.SearchResult;
import org.dmalab.lab.scenario.Scenario;
import org.junit.jupiter.api.Test;

/** With a clock that goes on only while a search does. */
class SearchesTest {
    private final List<String> made = new ArrayList<>();
    private long now = 1_000_000;

    private static Workbench.Search search(String patch) {
        return new Workbench.Search(new Scenario("fake/x", "x.yaml", "fake", "t", "", "", "", "", Map.of(), Map.of(),
                List.of(), List.of(), List.of(), List.of(), List.of()), Patches.of(Selection.of(patch)));
    }

    /** A search of so many units of time as the patch's name says; one state each. */
    private Outcome search(Workbench.Search one, Exploration.Limits limits) {
        String patch = one.patches().name();
        made.add(patch);
        String bound = "";
        for (long done = 0; done < Long.parseLong(patch) && bound.isEmpty(); done++) {
            now++;
            bound = done + 1 >= limits.maxStates() ? "max-states" : limits.watch().progress(done, 0, 0);
        }
        return new Outcome("fake/x", patch, bound.isEmpty() ? Verdict.PASS : Verdict.UNDECIDED, "",
                new SearchResult(bound.isEmpty(), bound, 1, List.of()), List.of());
    }

    private CellRuns<Searches.Timed> run(Optional<Searches.Time> time, long maxStates, String... patches) {
        return new Searches(this::search, maxStates, time, () -> now).run(
                List.of(patches).stream().map(SearchesTest::search).toList(), 1, one -> null);
    }

    private static List<Verdict> verdicts(CellRuns<Searches.Timed> runs) {
        assertFalse(runs.interrupted());
        return runs.results().stream().map(one -> one.outcome().verdict()).toList();
    }

    private static Optional<Searches.Time> time(long units) {
        return Optional.of(new Searches.Time(Duration.ofNanos(units), units + "ns"));
    }

    @Test
    void whatAShortOneLeavesGoesToThoseAfterIt() {
        assertEquals(List.of(Verdict.PASS, Verdict.PASS), verdicts(run(time(100), 1000, "5", "90")));
        assertEquals(List.of("5", "90"), made);
    }

    @Test
    void whatIsLeftInTheEndGoesToThoseThatWereCutOff() {
        CellRuns<Searches.Timed> runs = run(time(400), 1000, "150", "5", "5");
        assertEquals(List.of(Verdict.PASS, Verdict.PASS, Verdict.PASS), verdicts(runs));
        assertEquals(List.of("150", "5", "5"), made.subList(0, 3));
        made.clear();
        now = 0;
        runs = run(time(450), 1000, "180", "5", "5");
        assertEquals(List.of(Verdict.PASS, Verdict.PASS, Verdict.PASS), verdicts(runs));
        assertEquals(List.of("180", "5", "5", "180"), made);
    }

    @Test
    void thereIsNoEndOfBeginningAgain() {
        assertEquals(List.of(Verdict.UNDECIDED, Verdict.PASS), verdicts(run(time(100), 1_000_000, "100000", "5")));
        assertEquals(List.of("100000", "5"), made, "less than half as much again would hardly help");
    }

    @Test
    void statesAreABoundWithoutTime() {
        assertEquals(List.of(Verdict.UNDECIDED, Verdict.PASS), verdicts(run(Optional.empty(), 1000, "100000", "500")));
        assertEquals("max-states", run(Optional.empty(), 1000, "100000").results().get(0).outcome().search().bound());
    }
}
