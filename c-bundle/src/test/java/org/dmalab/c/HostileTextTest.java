package org.dmalab.c;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;

import org.dmalab.c.build.Imports;
import org.dmalab.c.runtime.AddressSpace;
import org.dmalab.c.runtime.CModule;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.Verdict;
import org.dmalab.mips.kernel.MipsKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** A function of which a brace is missing is not left out: the lab's own would stand in its place. */
    @ParameterizedTest
    @ValueSource(strings = {"\tif (size) {\n", "\tfor (;;) {\n\t\tsize--;\n", "\tBUG_ON((size);\n"})
    void aFunctionThatIsNotClosedIsAnErrorWithItsLine(String body) {
        ImportException thrown = assertThrows(ImportException.class, () -> run(
                "void dma_cache_sync_one(void)\n{\n}\n\n" + HEAD + body + "}\n\nstatic int other(void)\n{\n"
                + "\treturn 0;\n}\n"));
        assertTrue(thrown.getMessage().contains("hostile.c:"), thrown.getMessage());
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

    @Test
    void aDamagedModuleIsRefusedInWords() throws IOException {
        byte[] good = Files.readAllBytes(module());
        AddressSpace space = AddressSpace.of(32, 0x80400000L, "");
        for (int cut = 0; cut < good.length; cut += 97) {
            byte[] short1 = Arrays.copyOf(good, cut);
            assertThrows(IllegalArgumentException.class,
                    () -> CModule.check(short1, space, 0, MipsKernel.class));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\t__builtin_trap();\n",
        "\t__builtin_unreachable();\n",
        "\tvoid (*wild)(void) = (void (*)(void))0x4711;\n\n\twild();\n",
        "\tint (*other)(int) = (int (*)(int))__dma_sync;\n\n\toffset = other(1);\n",
        "\t__builtin_wasm_memory_grow(0, 60000);\n",
        "\t__dma_sync(page, offset, size, direction);\n",
        "\tvoid (*again)(struct page *, unsigned long, size_t, enum dma_data_direction) = __dma_sync;\n\n"
                + "\tagain(page, offset, size, direction);\n",
        "\tvoid *local = &offset;\n\n\tcmpxchg((unsigned long *)&page->virtual, 0, (unsigned long)local);\n",
        "\tvolatile double d = *(double *)page;\n"})
    void whatEndsIsBrokenOrAnOops(String body) throws IOException {
        RunResult result = run(HEAD + body + "}\n");
        assertTrue(result.verdict() == Verdict.BROKEN || result.verdict() == Verdict.FAIL, result.toString());
        assertTrue(result.reason().contains("hostile.c:"), result.reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\tprintk(\"%s %d %lld %pOF %*d %\");\n",
        "\tprintk(\"%s\", 5);\n",
        "\tprintk(\"%d\", 1, 2, 3);\n",
        "#pragma clang optimize off\n#pragma weak printk\n#pragma once\n",
        "_Pragma(\"GCC poison offset\")\n"})
    void oddTextIsAnErrorOrRuns(String body) throws IOException {
        try {
            RunResult result = run(HEAD + body + "}\n");
            assertTrue(result.verdict() != Verdict.BROKEN || result.reason().contains("hostile.c:"), result.reason());
        } catch (ImportException e) {
            assertTrue(e.getMessage().contains("hostile.c:"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\tasm(\".incbin \\\"/etc/passwd\\\"\");\n",
        "\tfd_write();\n",
        "\texit(1);\n",
        "\tvolatile char room[200000];\n\n\troom[offset] = 1;\n",
        "\tjunk\n"})
    void whatReachesOutIsRefusedWithItsLine(String body) {
        ImportException thrown = assertThrows(ImportException.class, () -> run(
                "__attribute__((import_module(\"wasi\"), import_name(\"fd_write\"))) void fd_write(void);\n"
                + "__attribute__((import_module(\"java.lang.System\"), import_name(\"exit\"))) void exit(int);\n"
                + HEAD + body + "}\n"));
        String said = thrown.getMessage();
        assertTrue(said.contains("hostile.c:") || said.contains("which is no kernel code"), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "hostile.c", "/dev/zero", "..", ""})
    void includesOfOtherFilesAreNotRead(String file) throws IOException {
        RunResult result = run("#include \"" + file + "\"\n#include <" + file + ">\n" + HEAD + "}\n");
        assertTrue(result.verdict() != Verdict.BROKEN, result.reason());
    }

    @Test
    void whatIsNoFileIsNotRead() throws IOException, InterruptedException {
        Files.createDirectory(folder.resolve("folder.c"));
        Path pipe = folder.resolve("pipe.c");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Path huge = folder.resolve("huge.c");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(100 << 20);
        }
        Path link = Files.createSymbolicLink(folder.resolve("link.c"), pipe);
        for (Path path : List.of(folder.resolve("folder.c"), pipe, huge, link)) {
            ImportException thrown = assertThrows(ImportException.class, () -> Platform.open().add(
                    new ImportRequest(List.of(path.toString()), null, null, "mips", "hostile", 0, List.of())));
            assertTrue(thrown.getMessage().startsWith(path + ": "), thrown.getMessage());
            assertThrows(ImportException.class, () -> Imports.isVariant(path));
        }
    }

    private Path module() throws IOException {
        Path file = folder.resolve("good.c");
        Files.writeString(file, HEAD + "}\n");
        Imports.Made made = Platform.open().add(
                new ImportRequest(List.of(file.toString()), null, null, "mips", "good", 0, List.of())).get(0);
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(made.jar()))) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                if (entry.getName().endsWith(".wasm")) {
                    return Files.write(folder.resolve("good.wasm"), in.readAllBytes());
                }
            }
        }
        throw new AssertionError("the bundle has no module");
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
