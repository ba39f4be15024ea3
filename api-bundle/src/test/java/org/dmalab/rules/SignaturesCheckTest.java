package org.dmalab.rules;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.dmalab.rules.Signatures.Contract;
import org.dmalab.rules.TypeSignature.Change;
import org.dmalab.rules.Version.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each change asks of the version, and what is said about it. */
class SignaturesCheckTest {
    @TempDir
    Path module;

    private static Contract contract(String version, String... lines) {
        List<String> all = new ArrayList<>(List.of("#", "package example " + version));
        all.addAll(List.of(lines));
        return Contract.parse(all);
    }

    private static Step step(String before, String after) {
        return contract("1.0.0", before.split("\n")).changesTo(contract("1.0.0", after.split("\n"))).stream()
                .map(Change::step).max(Step::compareTo).orElse(Step.NONE);
    }

    @Test
    void whatNobodyNoticesIsNoStep() {
        assertEquals(Step.NONE, step("interface A\n    abstract int a()", "interface A\n    abstract int a()"));
        assertEquals(Step.NONE, step("class A\n    int a()\n    int b()", "class A\n    int b()\n    int a()"));
    }

    @Test
    void whatIsAddedIsAMinorStepUnlessOthersMustFollow() {
        assertEquals(Step.MINOR, step("class A", "class A\n\nclass B"));
        assertEquals(Step.MINOR, step("class A", "class A\n    int a()"));
        assertEquals(Step.MINOR, step("interface A", "interface A\n    default int a()"));
        assertEquals(Step.MINOR, step("provider interface A", "provider interface A\n    abstract int a()"));
        assertEquals(Step.MINOR, step("sealed interface A", "sealed interface A\n    abstract int a()"));
        assertEquals(Step.MINOR, step("@interface A", "@interface A\n    default String a()"));
        assertEquals(Step.MINOR, step("final enum A", "final enum A\n    final static A B"));
        assertEquals(Step.MINOR, step("class A : B", "class A : B; C"));
        assertEquals(Step.MINOR, step("class A\n    final static int B = 1", "class A\n    final static int B = 2"));
        assertEquals(Step.MAJOR, step("class A\n    final static int B = 1", "class A\n    static int B"));
        assertEquals(Step.MAJOR, step("interface A", "interface A\n    abstract int a()"));
        assertEquals(Step.MAJOR, step("@interface A", "@interface A\n    abstract String a()"));
        assertEquals(Step.MAJOR, step("interface A : B", "interface A : B; C"));
    }

    @Test
    void whatGoesOrChangesIsAMajorStep() {
        assertEquals(Step.MAJOR, step("class A\n\nclass B", "class A"));
        assertEquals(Step.MAJOR, step("class A\n    int a()", "class A"));
        assertEquals(Step.MAJOR, step("class A\n    int a()", "class A\n    long a()"));
        assertEquals(Step.MAJOR, step("class A\n    int a()", "class A\n    static int a()"));
        assertEquals(Step.MAJOR, step("class A : B; C", "class A : C"));
        assertEquals(Step.MAJOR, step("class A", "final class A"));
        assertEquals(Step.MAJOR, step("class A", "interface A"));
        assertEquals(Step.MAJOR, step("interface A", "provider interface A"));
        assertEquals(Step.MAJOR, step("interface A\n    default int a()", "interface A\n    abstract int a()"));
    }

    @Test
    void whatAsksLessIsAMinorStep() {
        assertEquals(Step.MINOR, step("final class A", "class A"));
        assertEquals(Step.MINOR, step("provider interface A", "interface A"));
        assertEquals(Step.MINOR, step("interface A\n    abstract int a()", "interface A\n    default int a()"));
        assertEquals(Step.MINOR, step("class A\n    protected int a()", "class A\n    int a()"));
    }

    @Test
    void aVersionOfZeroMakesAMinorStepForBoth() {
        assertEquals("2.0.0", Version.parse("1.3.1").after(Step.MAJOR).toString());
        assertEquals("1.4.0", Version.parse("1.3.1").after(Step.MINOR).toString());
        assertEquals("0.4.0", Version.parse("0.3.1").after(Step.MAJOR).toString());
        assertEquals("0.4.0", Version.parse("0.3.1").after(Step.MINOR).toString());
        assertEquals("0.3.1", Version.parse("0.3.1").after(Step.NONE).toString());
        assertTrue(Version.parse("1.10.0").compareTo(Version.parse("1.9.9")) > 0);
        assertThrows(IllegalArgumentException.class, () -> Version.parse("1.0"));
    }

    @Test
    void aStepThatIsNotMadeIsNamedWithWhatChanged() throws IOException {
        keep(contract("1.2.0", "interface A", "    abstract int a()", "    abstract int b()"));
        Contract now = contract("1.3.0", "interface A", "    abstract int a()", "    default int c()");
        for (boolean writing : new boolean[] {false, true}) {
            String said = assertThrows(AssertionError.class, () -> new Signatures(module, writing).check(now))
                    .getMessage();
            assertTrue(said.startsWith("package example has changed since 1.2.0; it needs version 2.0.0 (major step)"
                    + " and has 1.3.0:\n  major: - abstract int b() of interface A\n"
                    + "  minor: + default int c() of interface A\n"
                    + "Write @Version(\"2.0.0\") in example/package-info.java, then keep the signatures: mvn "), said);
        }
        assertTrue(Files.readString(file()).contains("abstract int b()"));
    }

    @Test
    void aStepThatIsMadeIsKeptByTheCommandThatIsNamed() throws IOException {
        keep(contract("0.1.0", "interface A", "    abstract int a()"));
        Contract now = contract("0.2.0", "interface A");
        String said = assertThrows(AssertionError.class, () -> new Signatures(module, false).check(now)).getMessage();
        assertTrue(said.contains("-Ddmalab.signatures=write") && said.contains("- abstract int a()"), said);
        new Signatures(module, true).check(now);
        assertDoesNotThrow(() -> new Signatures(module, false).check(now));
        assertFalse(Files.readString(file()).contains("int a()"));
    }

    @Test
    void aPackageThatIsNotKeptYetIsSaid() {
        Contract now = contract("1.0.0", "interface A");
        assertTrue(assertThrows(AssertionError.class, () -> new Signatures(module, false).check(now)).getMessage()
                .startsWith("the signatures of package example are not kept yet: mvn "));
    }

    /** Everything that a signature says is in its lines. */
    @Test
    void linesAreReadBack() {
        for (Class<?> type : List.of(Step.class, Version.class, TypeSignature.class, java.util.Map.class,
                java.util.concurrent.FutureTask.class, Deprecated.class)) {
            TypeSignature signature = TypeSignature.of(type, false);
            assertEquals(signature, TypeSignature.parse(signature.lines()));
        }
        assertEquals(List.of("final enum Version$Step : Enum<Version$Step>", "    final static Version$Step MAJOR",
                "    final static Version$Step MINOR", "    final static Version$Step NONE"),
                TypeSignature.of(Step.class, false).lines());
    }

    private void keep(Contract contract) throws IOException {
        Files.createDirectories(file().getParent());
        Files.write(file(), contract.lines());
    }

    private Path file() {
        return module.resolve("src/test/resources/signatures/example.txt");
    }
}
