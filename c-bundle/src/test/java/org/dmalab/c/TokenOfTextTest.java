package org.dmalab.c;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.dmalab.lab.InputException;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.explore.Exploration;
import org.dmalab.lab.explore.Patches;
import org.dmalab.lab.explore.ScenarioExplorer;
import org.dmalab.lab.explore.Token;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.scenario.ScenarioLibrary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The token of a schedule of C text says what text that was, and is refused where there is another one or none. */
class TokenOfTextTest {
    private static final Path TEXT = Path.of("..", "examples", "c-text", "mips", "kmap-high-get-fallback.c");
    private static final String HASH = "[0-9a-f]{8}";

    @TempDir
    private Path folder;

    @Test
    void aTokenLeadsToTheSameTextOnly() throws IOException {
        String text = Files.readString(TEXT);
        Catalog catalog = with(text);
        ScenarioLibrary library = Platform.library(catalog);
        ScenarioExplorer.Outcome outcome = new ScenarioExplorer(catalog).search(library.get("mips/nested-flush"),
                Patches.of(Selection.of("mine")), RunOptions.DEFAULT, Exploration.Limits.states(100_000));
        String patch = Token.parse(outcome.tokens().get(0)).patch();
        assertTrue(patch.matches("mine@" + HASH), patch);
        assertEquals("mine", Patches.parse(patch, catalog, "mips").text());

        assertEquals("mine", Patches.parse(patch, with(text), "mips").text(), "the same text, imported again");
        InputException other = assertThrows(InputException.class, () -> Patches.parse(patch,
                with(text.replace("size -= part;", "size = size - part;")), "mips"));
        assertTrue(other.getMessage().matches("the token is of patch mine made from C text " + HASH
                + ", and there is one made from " + HASH + "; import that text again, or explore again"),
                other.getMessage());
        InputException none = assertThrows(InputException.class,
                () -> Patches.parse(patch, Platform.open().catalog(), "mips"));
        assertTrue(none.getMessage().contains("there is no patch of C text with this id"), none.getMessage());
    }

    /** An exchange names both texts; a variant in Java has no hash, and a text for one service has its own. */
    @Test
    void everyTextOfASelectionIsNamed() throws IOException {
        Catalog catalog = with(Files.readString(TEXT));
        String written = Patches.parse("mine..stack-kmap", catalog, "mips").token(catalog, "mips");
        assertTrue(written.matches("mine@" + HASH + "\\.\\.stack-kmap"), written);
        assertEquals("mine..stack-kmap", Patches.parse(written, catalog, "mips").text());
        String services = Patches.parse("CacheFlush=mine", catalog, "mips").token(catalog, "mips");
        assertTrue(services.matches("CacheFlush=mine@" + HASH), services);
        assertEquals("CacheFlush=mine", Patches.parse(services, catalog, "mips").text());
    }

    private Catalog with(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("mine.c"), text);
        Platform platform = Platform.open();
        platform.add(new ImportRequest(List.of(file.toString()), null, null, "mips", "mine", 0, List.of()));
        return platform.catalog();
    }
}
