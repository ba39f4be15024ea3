package org.dmalab.shell;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import java.util.List;
import java.util.Map;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.dmalab.rules.PackageRules;
import org.junit.jupiter.api.Test;

/** The shell sees services and the lab, no architecture, and nothing static remembers anything. */
class DependencyTest {
    private static final JavaClasses SHELL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("org.dmalab.shell");

    @Test
    void onlyTheLabTheContractsAndLibrariesAreUsed() {
        classes().should().onlyDependOnClassesThat().resideInAnyPackage("java..", "org.osgi..", "org.apache.felix..",
                "org.jline..", "org.slf4j..", "org.HdrHistogram..", "org.dmalab.api..", "org.dmalab.c..",
                "org.dmalab.lab..", "org.dmalab.shell..").check(SHELL);
    }

    @Test
    void packagesBuildOnEachOther() {
        PackageRules.packagesBuildOn("org.dmalab.shell", Map.of(
                "command", List.of(),
                "drop", List.of(),
                "swap", List.of(),
                "launcher", List.of("command", "drop"),
                "machine", List.of("command", "drop", "swap"),
                "scenario", List.of("command"),
                "text", List.of("command", "drop"),
                "tool", List.of("command"))).check(SHELL);
    }

    @Test
    void nothingStaticRemembers() {
        PackageRules.nothingStaticRemembers().check(SHELL);
    }
}
