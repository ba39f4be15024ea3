package org.dmalab.c;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.EventSink;
import org.dmalab.lab.InputException;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.explore.Exploration;
import org.dmalab.lab.explore.Patches;
import org.dmalab.lab.explore.ScenarioExplorer;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioLibrary;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * For each C text of the examples that is named like a Java variant: both give the same verdicts, violations and
 * metrics in every scenario, and where a scenario can be explored the same findings and, if the search comes to its
 * end, the same set of states in which schedules end; where they make the same calls, as many states and executions.
 */
class TwinTest {
    /** Fingerprints of the machine where a schedule has ended, of the search that runs. */
    private static final Set<Long> ENDS = new HashSet<>();
    private static final Path TEXTS = Path.of("..", "examples", "c-text");
    private static final long MOST_STATES = 20_000;

    @TestFactory
    Stream<DynamicTest> twinsAgree() throws IOException {
        Platform platform = Platform.open(oracle -> new AtTheEnd(oracle, ENDS));
        List<String[]> twins = new ArrayList<>();
        try (Stream<Path> files = Files.walk(TEXTS)) {
            for (Path file : files.filter(one -> one.toString().endsWith(".c")).sorted().toList()) {
                String id = file.getFileName().toString().replace(".c", "");
                String arch = file.getParent().getFileName().toString();
                platform.add(new ImportRequest(List.of(file.toString()), null, null, arch, "c-" + id, 0, List.of()));
                twins.add(new String[] {arch, id});
            }
        }
        Catalog catalog = platform.catalog();
        ScenarioLibrary library = Platform.library(catalog);
        return twins.stream().flatMap(twin -> library.list(twin[0] + "/*").stream().map(name ->
                DynamicTest.dynamicTest(name + " with " + twin[1],
                        () -> compare(catalog, library.get(name), twin[1]))));
    }

    private static void compare(Catalog catalog, Scenario scenario, String id) {
        Runner runner = new Runner(catalog);
        RunResult java = runner.run(scenario, Selection.parse(id), RunOptions.DEFAULT);
        RunResult c = runner.run(scenario, Selection.parse("c-" + id), RunOptions.DEFAULT);
        assertEquals(words(java), words(c));
        try {
            new ScenarioExplorer(catalog).check(scenario);
        } catch (InputException e) {
            return; // nothing runs at once in it
        }
        boolean sameCalls = java.metrics().equals(c.metrics());
        assertEquals(search(catalog, scenario, id, sameCalls), search(catalog, scenario, "c-" + id, sameCalls));
    }

    /** All but how many calls of the Cpu it took: C reads a field again where Java keeps it. */
    private static String words(RunResult result) {
        SortedMap<String, Long> metrics = new TreeMap<>(result.metrics());
        metrics.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).contains("cpucalls"));
        return result.verdict() + " " + result.reason() + " " + result.violations().stream()
                .map(one -> one.oracle() + ": " + one.message()).toList() + " " + metrics;
    }

    private static String search(Catalog catalog, Scenario scenario, String id, boolean withStates) {
        ENDS.clear();
        ScenarioExplorer.Outcome outcome = new ScenarioExplorer(catalog).search(scenario,
                Patches.of(Selection.parse(id)), RunOptions.DEFAULT, Exploration.Limits.states(MOST_STATES));
        assertEquals(outcome.search().executions() == 0, ENDS.isEmpty(), scenario.name());
        SortedSet<Long> ends = new TreeSet<>(ENDS);
        Set<String> findings = new TreeSet<>();
        outcome.search().violations().forEach(found -> findings.add(found.oracle() + ": " + found.message()));
        return outcome.verdict() + " " + findings + (outcome.search().exhausted() ? " end states " + ends : "")
                + (withStates ? " " + outcome.search().states() + " states, "
                + outcome.search().executions() + " executions" : "");
    }

    /** An oracle, and beside it what the machine was like when a schedule had ended. */
    private record AtTheEnd(Oracle oracle, Set<Long> ends) implements Oracle {
        @Override
        public String name() {
            return oracle.name();
        }

        @Override
        public String summary() {
            return oracle.summary();
        }

        @Override
        public String arch() {
            return oracle.arch();
        }

        @Override
        public boolean judgesState() {
            return oracle.judgesState();
        }

        @Override
        public EventSink attach(Watch watch) {
            return oracle.attach(watch);
        }

        @Override
        public void end(Watch watch, EventSink sink) {
            ends.add(watch.machine().store().fingerprint());
            oracle.end(watch, sink);
        }
    }
}
