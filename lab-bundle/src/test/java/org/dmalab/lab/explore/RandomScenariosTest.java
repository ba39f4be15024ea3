package org.dmalab.lab.explore;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioLibrary;
import org.dmalab.lab.scenario.ScenarioReader;

/** What is made by chance from the registered actions comes to the same when it is run and when it is explored. */
class RandomScenariosTest {
    private static final Catalog CATALOG = ShippedCatalog.make();
    private static final Map<String, List<Scenario>> SHIPPED = new TreeMap<>();
    /** Of twenty scenarios so many are of each: memory of pSeries is large, and takes its time. */
    private static final List<String> ARCHITECTURES = List.of("mips", "vtd", "mips", "vtd", "mips", "vtd", "mips",
            "vtd", "mips", "vtd", "mips", "vtd", "mips", "vtd", "mips", "vtd", "mips", "vtd", "mips", "pseries");

    static {
        ScenarioLibrary library = new ScenarioLibrary(Path.of("..", "scenarios"), new ScenarioReader(CATALOG));
        ARCHITECTURES.forEach(arch -> SHIPPED.computeIfAbsent(arch, key -> library.find(List.of(key + "/*"))));
    }

    @Property(tries = 150, seed = "20261201", shrinking = ShrinkingMode.OFF)
    void theOrderOfARunHasItsVerdict(@ForAll long seed) {
        String arch = ARCHITECTURES.get((int) Math.floorMod(seed, (long) ARCHITECTURES.size()));
        Scenario scenario = new RandomScenario(CATALOG, arch, SHIPPED.get(arch), seed).make();
        List<Selection> selections = Selection.all(CATALOG, arch, true, true);
        Selection selection = selections.get((int) Math.floorMod(seed / ARCHITECTURES.size(),
                (long) selections.size()));
        String difference = SameVerdict.difference(CATALOG, scenario, selection);
        if (difference != null) {
            throw new AssertionError(difference + "\n  preset " + scenario.preset() + " " + scenario.parameters()
                    + "\n  steps " + scenario.steps() + "\n  concurrent " + scenario.concurrent() + "\n  after "
                    + scenario.after());
        }
    }
}
