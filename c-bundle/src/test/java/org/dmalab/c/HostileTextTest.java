package org.dmalab.c;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.dmalab.c.runtime.AddressSpace;
import org.dmalab.c.runtime.CModule;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C text that does what it should not: an error or a broken run that says the line, and nothing worse. */
class HostileTextTest {
    private static final String HEAD = "void __dma_sync(struct page *page, unsigned long offset, size_t size,"
            + " enum dma_data_direction direction)\n{\n";
    private static final String SCENARIO = "mips/nested-flush";

    @TempDir
    private Path folder;

    @Test
    void aLoopWithoutEndIsBroken() throws IOException {
        RunResult result = run(HEAD + "\tfor (;;)\n\t\toffset++;\n}\n");
        assertEquals(Verdict.BROKEN, result.verdict());
        assertTrue(result.reason().contains("a loop without end") && result.reason().contains("hostile.c:"),
                result.reason());
    }

    @Test
    void aWildPointerIsSaidWithItsLine() throws IOException {
        RunResult result = run(HEAD + "\t*(int *)(0x12340000UL + offset) = 1;\n}\n");
        assertTrue(result.verdict() == Verdict.BROKEN || result.verdict() == Verdict.FAIL, result.reason());
    }

    @Test
    void aNullPointerIsAnOops() throws IOException {
        RunResult result = run(HEAD + "\tstruct page *none = NULL;\n\n\tnone->index = 1;\n}\n");
        assertEquals(Verdict.FAIL, result.verdict());
        assertTrue(result.reason().contains("NULL pointer dereference at 0xc at hostile.c:5 __dma_sync"),
                result.reason());
    }

    @Test
    void anOverflowOfTheStackIsBroken() throws IOException {
        RunResult result = run("static int deep(int n)\n{\n\tint room[64];\n\n\troom[n & 63] = n;\n"
                + "\treturn deep(n + 1) + room[0];\n}\n\n" + HEAD + "\tdeep(0);\n}\n");
        assertEquals(Verdict.BROKEN, result.verdict());
        assertTrue(result.reason().contains("stack") && result.reason().contains("hostile.c:"), result.reason());
    }

    @Test
    void theAddressOfALocalVariableIsNotPublished() throws IOException {
        RunResult result = run(HEAD + "\tint local = 1;\n\n\tpage->virtual = &local;\n}\n");
        assertEquals(Verdict.BROKEN, result.verdict());
        assertTrue(result.reason().contains("the address of a local variable")
                && result.reason().contains("hostile.c:5 __dma_sync"), result.reason());
    }

    @Test
    void staticVariablesKeepTheirValuesOnTheirMachine() throws IOException {
        String text = "static int calls = 40;\nstatic spinlock_t guard;\n\n" + HEAD
                + "\tspin_lock(&guard);\n\tcalls++;\n\tspin_unlock(&guard);\n\tif (calls == 43)\n\t\tBUG();\n}\n";
        assertTrue(run(text).reason().contains("kernel BUG at hostile.c:"), run(text).reason());
        assertEquals(run(text).reason(), run(text).reason());
    }

    @Test
    void inlineAssemblyIsRefusedWithItsLine() {
        ImportException thrown = assertThrows(ImportException.class,
                () -> run(HEAD + "\t__asm__ volatile(\"sync\" ::: \"memory\");\n}\n"));
        assertTrue(thrown.getMessage().contains("hostile.c:3: inline assembly can't be run here"),
                thrown.getMessage());
    }

    @Test
    void aMissingNameIsSaidWithItsKindAndHeader() {
        ImportException thrown = assertThrows(ImportException.class,
                () -> run(HEAD + "\tunknown_function(page);\n\tsize = UNKNOWN;\n}\n"));
        assertTrue(thrown.getMessage().contains("hostile.c:3: nothing declares unknown_function (a function);"
                + " declare it in mips-bundle/src/main/resources/c/mips/mips.h"), thrown.getMessage());
        assertTrue(thrown.getMessage().contains("hostile.c:4: nothing declares UNKNOWN"), thrown.getMessage());
    }

    @Test
    void hugeDataIsRefused() {
        ImportException thrown = assertThrows(ImportException.class, () -> run("static char room[1 << 20];\n\n" + HEAD
                + "\troom[offset] = 1;\n}\n"));
        assertTrue(thrown.getMessage().contains("does not fit"), thrown.getMessage());
    }

    @Test
    void whatIsNoModuleIsNotOne() {
        AddressSpace space = AddressSpace.of(32, 0x80400000L, "");
        IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class,
                () -> new CModule(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, space, 0, Object.class, Object.class));
        assertTrue(thrown.getMessage().contains("not a WebAssembly module"), thrown.getMessage());
    }

    private RunResult run(String text) throws IOException {
        Path file = folder.resolve("hostile.c");
        Files.writeString(file, text);
        Platform platform = Platform.open();
        platform.add(new ImportRequest(List.of(file.toString()), null, null, "mips", "hostile", 0, List.of()));
        Catalog catalog = platform.catalog();
        return new Runner(catalog).run(Platform.library(catalog).get(SCENARIO), Selection.parse("hostile"),
                RunOptions.DEFAULT);
    }
}
