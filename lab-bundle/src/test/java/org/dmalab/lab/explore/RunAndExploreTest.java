package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import org.dmalab.api.cpu.Level;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioLibrary;
import org.dmalab.lab.scenario.ScenarioReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every shipped scenario with every patch comes to the same when it is run and when it is explored in that order. */
class RunAndExploreTest {
    private static final Catalog CATALOG = ShippedCatalog.make();
    private static final ScenarioLibrary LIBRARY = new ScenarioLibrary(Path.of("..", "scenarios"),
            new ScenarioReader(CATALOG));

    @ParameterizedTest
    @ValueSource(strings = {"mips", "pseries", "vtd"})
    void theOrderOfARunHasItsVerdict(String arch) {
        List<Selection> patches = Selection.all(CATALOG, arch, true, true);
        List<Scenario> scenarios = LIBRARY.find(List.of(arch + "/*")).stream()
                .map(each -> each.concurrent().isEmpty() ? withNobody(each) : each).toList();
        List<String> differences = scenarios.stream()
                .flatMap(scenario -> patches.stream().map(patch -> new Cell(scenario, patch))).toList()
                .parallelStream().map(Cell::difference).filter(Objects::nonNull).toList();
        assertEquals("", String.join("\n", differences));
        assertTrue(scenarios.size() * patches.size() > 50, scenarios.size() + " scenarios");
    }

    /** Cells have nothing to do with each other, and are looked at on all cores. */
    private record Cell(Scenario scenario, Selection patch) {
        String difference() {
            return SameVerdict.difference(CATALOG, scenario, patch);
        }
    }

    /** A step that the kernel declines counts before the concurrent part, in it, and after it. */
    @ParameterizedTest
    @ValueSource(strings = {"declined", "declined-before", "declined-after"})
    void whatTheKernelDeclinesIsRefused(String name) {
        Scenario scenario = LIBRARY.get("src/test/resources/cases/" + name + ".yaml");
        for (Selection selection : Selection.all(CATALOG, "mips", true, false)) {
            RunResult run = new Runner(CATALOG).run(scenario, selection, RunOptions.DEFAULT);
            ScenarioExplorer.Outcome explored = new ScenarioExplorer(CATALOG).search(scenario, Patches.of(selection),
                    RunOptions.DEFAULT, Exploration.Limits.states(10_000));
            assertEquals(run.verdict(), explored.verdict(), () -> name + " with " + selection);
            assertEquals(run.reason(), explored.reason(), () -> name + " with " + selection);
            if (selection.name().equals("stack-kmap")) {
                assertEquals(Verdict.REFUSED, run.verdict());
            }
        }
    }

    /** The same with a strand that does nothing, so that it can be explored. */
    private static Scenario withNobody(Scenario of) {
        return new Scenario(of.name(), of.file(), of.arch(), of.title(), of.source(), of.about(), of.preset(),
                of.profile(), of.parameters(), of.files(), of.steps(),
                List.of(new Scenario.Strand("nobody", 0, Level.USER, List.of())), of.hardware(), of.after(),
                of.oracles());
    }
}
