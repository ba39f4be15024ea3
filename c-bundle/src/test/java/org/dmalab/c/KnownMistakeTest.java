package org.dmalab.c;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.explore.Exploration;
import org.dmalab.lab.explore.Patches;
import org.dmalab.lab.explore.ScenarioExplorer;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.scenario.Scenario;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A diff that makes a known mistake is found out by exploring; the text that it applies to is not. */
class KnownMistakeTest {
    private static final Path TEXTS = Path.of("..", "examples", "c-text");
    private static final long MOST_STATES = 100_000;

    @TempDir
    private Path folder;

    @Test
    void theMappingIsGivenBackBeforeItsUse() throws IOException, InterruptedException {
        found(text("mips/stack-kmap"), "mips/nested-flush", Verdict.PASS, """
                \t\tsync_address((unsigned long)address + offset, part, direction);
                \t\tkunmap_atomic(address);
                """, """
                \t\tkunmap_atomic(address);
                \t\tsync_address((unsigned long)address + offset, part, direction);
                """);
    }

    @Test
    void theOldEntryIsFlushedWhileItStillStands() throws IOException, InterruptedException {
        String clear = """
                \tcontext->lo = 0;
                \tcontext->hi = 0;
                """;
        String flush = """
                \tiommu->flush.flush_context(iommu, old, source_id, DMA_CCMD_MASK_NOBIT, DMA_CCMD_DEVICE_INVL);
                \tiommu->flush.flush_iotlb(iommu, old, 0, 0, DMA_TLB_DSI_FLUSH);
                """;
        found("""
                // dmalab: arch=vtd from=clear-then-flush
                void copied_context_tear_down(struct intel_iommu *iommu, struct context_entry *context,
                \t\t\t      u8 bus, u8 devfn)
                {
                \tu16 source_id = PCI_DEVID(bus, devfn);
                \tu16 old = (context->hi >> 8) & 0xffff;

                """ + clear + flush + """
                \tclear_bit(source_id, iommu->copied_tables);
                }
                """, "vtd/kdump-dma-during-attach", Verdict.PASS, clear + flush, flush + clear);
    }

    @Test
    void theListIsWalkedWithoutItsLock() throws IOException, InterruptedException {
        found(text("pseries/direct-only"), "pseries/removal-against-hotplug", Verdict.REFUSED, """
                \tspin_lock(&dma_win_list_lock);
                \tlist_for_each_entry""", """
                \tlist_for_each_entry""", """
                \tspin_unlock(&dma_win_list_lock);
                """, "");
    }

    private static String text(String name) throws IOException {
        return Files.readString(TEXTS.resolve(name + ".c"));
    }

    private void found(String right, String scenario, Verdict before, String... changes)
            throws IOException, InterruptedException {
        String wrong = right;
        for (int i = 0; i < changes.length; i += 2) {
            assertTrue(wrong.contains(changes[i]), changes[i]);
            wrong = wrong.replace(changes[i], changes[i + 1]);
        }
        Path diff = diff(right, wrong);
        Platform platform = Platform.open();
        platform.add(new ImportRequest(List.of(diff.toString()), folder.resolve("a"), null, null, "mine", 0,
                List.of()));
        Catalog catalog = platform.catalog();
        Scenario explored = Platform.library(catalog).get(scenario);
        assertEquals(before, verdict(catalog, explored, "mine-before"));
        assertEquals(Verdict.FAIL, verdict(catalog, explored, "mine"));
    }

    private static Verdict verdict(Catalog catalog, Scenario scenario, String id) {
        return new ScenarioExplorer(catalog).search(scenario, Patches.of(Selection.parse(id)), RunOptions.DEFAULT,
                Exploration.Limits.states(MOST_STATES)).verdict();
    }

    private Path diff(String right, String wrong) throws IOException, InterruptedException {
        Files.writeString(Files.createDirectories(folder.resolve("a")).resolve("text.c"), right);
        Files.writeString(Files.createDirectories(folder.resolve("b")).resolve("text.c"), wrong);
        Path diff = folder.resolve("fix.patch");
        Process process = new ProcessBuilder("diff", "-u", "a/text.c", "b/text.c").directory(folder.toFile())
                .redirectOutput(diff.toFile()).start();
        assertEquals(1, process.waitFor(), "they differ");
        return diff;
    }
}
