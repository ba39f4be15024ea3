package org.dmalab.lab.fake;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Oracle;
import org.dmalab.api.service.Variant;
import org.dmalab.lab.catalog.PlainCatalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.oracle.CpuReadsDeviceData;
import org.dmalab.lab.oracle.DeviceReadsCpuData;
import org.dmalab.lab.oracle.DmaReachesMapping;
import org.dmalab.lab.oracle.NoBug;
import org.dmalab.lab.oracle.NoForeignByteChanges;
import org.dmalab.lab.oracle.NoIpiWithIrqsOff;
import org.dmalab.lab.oracle.NoLockCycle;
import org.dmalab.lab.oracle.NoRejectedCommand;
import org.dmalab.lab.oracle.NoUseAfterFree;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioReader;

/** The fake architecture with its actions, variants and all common oracles. */
public final class FakePlatform {
    private FakePlatform() { }

    /** The common oracles. */
    public static List<Oracle> oracles() {
        return List.of(new CpuReadsDeviceData(), new DeviceReadsCpuData(), new DmaReachesMapping(), new NoBug(),
                new NoForeignByteChanges(), new NoIpiWithIrqsOff(), new NoLockCycle(), new NoRejectedCommand(),
                new NoUseAfterFree());
    }

    /** The catalog. */
    public static PlainCatalog catalog() {
        return builder().build();
    }

    /** The catalog with one more variant, of origin local. */
    public static PlainCatalog with(String id, Object variant) {
        return builder().variant(FakeVariants.properties(id, "2026-06", "local"), variant).build();
    }

    private static PlainCatalog.Builder builder() {
        PlainCatalog.Builder builder = PlainCatalog.builder().architecture(new FakeArchitecture());
        FakeActions.all().forEach(action -> builder.action("fake", action));
        oracles().forEach(builder::oracle);
        Map<String, Object> bad = FakeVariants.properties("off-by-one", "5.0", "mutant");
        bad.put(Variant.DEFECTS, new String[] {"maps the next page"});
        return builder
                .variant(FakeVariants.properties("exact", "6.1", "mainline"), new FakeVariants.Exact())
                .variant(FakeVariants.properties("no-flush", "to 6.0", "mainline"), new FakeVariants.NoFlush())
                .variant(bad, new FakeVariants.OffByOne())
                .variant(FakeVariants.properties("throwing", "2026-01", "local"), new FakeVariants.Throwing())
                .variant(FakeVariants.properties("parity-elsewhere", "2026-03", "local"),
                        new FakeVariants.ParityElsewhere())
                .variant(FakeVariants.properties("hidden-counter", "2026-02", "local"),
                        new FakeVariants.HiddenCounter())
                .variant(FakeVariants.properties("counter-elsewhere", "2026-03", "local"),
                        new FakeVariants.CounterElsewhere())
                .variant(FakeVariants.properties("swallowing", "2026-05", "local"), new FakeVariants.Swallowing())
                .variant(FakeVariants.properties("refuse", "2026-04", "proposed"),
                        new FakeVariants.RefusingNotifier());
    }

    /** A scenario from steps in YAML flow style. */
    public static Scenario scenario(String... steps) {
        return read("title: test\nmachine: {preset: small, profile: strict}\nsteps:\n  - "
                + String.join("\n  - ", steps) + "\n");
    }

    /** A scenario from YAML. */
    public static Scenario read(String yaml) {
        return new ScenarioReader(catalog()).read(yaml, "test.yaml", Path.of("fake/01-test.yaml"));
    }

    /** Runs a scenario with a variant. */
    public static RunResult run(Scenario scenario, String patch) {
        return new Runner(catalog()).run(scenario, Selection.parse(patch), RunOptions.DEFAULT);
    }
}
