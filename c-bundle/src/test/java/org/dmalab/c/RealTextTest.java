package org.dmalab.c;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioLibrary;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of Linux 6.1 as Debian ships them (package linux-source-6.1), unmodified: each gives the verdicts of the Java
 * variant of the same version in every scenario. Nothing of them is kept.
 */
class RealTextTest {
    private static final Path SOURCE = Path.of("/usr/src/linux-source-6.1.tar.xz");
    private static final List<Real> FILES = List.of(
            new Real("mips", "arch/mips/mm/dma-noncoherent.c", "stack-kmap",
                    Set.of("arch_sync_dma_for_device", "arch_sync_dma_for_cpu")),
            new Real("pseries", "arch/powerpc/platforms/pseries/iommu.c", "all-windows-chunked",
                    Set.of("iommu_mem_notifier", "ddw_memory_hotplug_max", "tce_setrange_multi_pSeriesLP",
                            "tce_clearrange_multi_pSeriesLP")),
            new Real("vtd", "drivers/iommu/intel/iommu.c", "copied-bitmap", Set.of("domain_context_mapping_one")));

    @TempDir
    private static Path folder;

    private record Real(String arch, String file, String twin, Set<String> functions) { }

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        assumeTrue(Files.isReadable(SOURCE), SOURCE + ": install linux-source-6.1");
        List<String> words = new ArrayList<>(List.of("tar", "-xf", SOURCE.toString(), "-C", folder.toString(),
                "--strip-components=1"));
        FILES.forEach(real -> words.add("linux-source-6.1/" + real.file()));
        words.add("linux-source-6.1/drivers/iommu/intel/iommu.h");
        words.add("linux-source-6.1/drivers/iommu/intel/pasid.h");
        Process tar = new ProcessBuilder(words).inheritIO().start();
        assertEquals(true, tar.waitFor(5, TimeUnit.MINUTES));
        assertEquals(0, tar.exitValue());
    }

    @TestFactory
    Stream<DynamicTest> realFilesAgreeWithTheirTwins() {
        return FILES.stream().flatMap(real -> {
            Platform platform = Platform.open();
            Set<String> functions = platform.add(new ImportRequest(List.of(real.file()), folder, null, null,
                    "linux-6.1", 0, List.of())).get(0).functions();
            Catalog catalog = platform.catalog();
            ScenarioLibrary library = Platform.library(catalog);
            return Stream.concat(Stream.of(DynamicTest.dynamicTest(real.file(),
                    () -> assertEquals(Set.of(), missing(real.functions(), functions)))),
                    library.list(real.arch() + "/*").stream().map(name -> DynamicTest.dynamicTest(name,
                            () -> compare(catalog, library.get(name), real.twin()))));
        });
    }

    private static Set<String> missing(Set<String> wanted, Set<String> found) {
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(found);
        return missing;
    }

    private static void compare(Catalog catalog, Scenario scenario, String twin) {
        Runner runner = new Runner(catalog);
        RunResult java = runner.run(scenario, Selection.parse(twin), RunOptions.DEFAULT);
        RunResult real = runner.run(scenario, Selection.parse("linux-6.1"), RunOptions.DEFAULT);
        assertEquals(java.verdict() + " " + java.reason(), real.verdict() + " " + real.reason(), scenario.name());
    }
}
