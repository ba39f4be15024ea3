package org.dmalab.lab;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import java.util.List;
import java.util.Map;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.rules.PackageRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses LAB = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("org.dmalab.lab");

    @Test
    void seesNoArchitectureAndNoShell() {
        noClasses().should().dependOnClassesThat().resideInAnyPackage("org.dmalab.pseries..", "org.dmalab.vtd..",
                "org.dmalab.mips..", "org.dmalab.qemu..", "org.dmalab.shell..").check(LAB);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.dmalab.lab.(*)..").should().beFreeOfCycles().check(LAB);
    }

    @Test
    void packagesBuildOnEachOther() {
        PackageRules.packagesBuildOn("org.dmalab.lab", Map.of(
                "guard", List.of(),
                "catalog", List.of("guard"),
                "oracle", List.of(),
                "scenario", List.of("catalog"),
                "engine", List.of("scenario"),
                "run", List.of("catalog", "engine", "guard", "oracle", "scenario"),
                "live", List.of("catalog", "engine", "guard", "oracle", "run", "scenario"),
                "explore", List.of("catalog", "engine", "guard", "oracle", "run", "scenario"),
                "report", List.of("catalog", "oracle", "scenario", "run", "explore"))).check(LAB);
    }

    @Test
    void nothingIsKeptInStaticFields() {
        PackageRules.nothingStaticRemembers().check(LAB);
    }

    @Test
    void oraclesKeepNothing() {
        fields().that().areDeclaredInClassesThat().areAssignableTo(Oracle.class).and().areDeclaredInClassesThat()
                .resideInAPackage("..lab.oracle..").should().beStatic().check(LAB);
        classes().that().areAssignableTo(Oracle.class).and().resideInAPackage("..lab.oracle..").should().bePublic()
                .check(LAB);
    }

    @Test
    void oraclesNeverAskThePatch() {
        noClasses().that().resideInAPackage("..lab.oracle..").should().dependOnClassesThat()
                .haveFullyQualifiedName("org.dmalab.api.service.Services")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("org.dmalab.api.service.Binding")
                .orShould().callMethod(Machine.class, "services").check(LAB);
    }

    /** What is expected is read by tests, by commands and by nobody who runs something. */
    @Test
    void whoRunsScenariosNeverSeesWhatIsExpected() {
        noClasses().that().resideInAnyPackage("..lab.run..", "..lab.explore..", "..lab.live..", "..lab.oracle..",
                "..lab.catalog..").should().dependOnClassesThat().haveSimpleName("ExpectedMatrix").check(LAB);
    }

    @Test
    void noClockAndNoRandomness() {
        noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.util.Random")
                .orShould().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(System.class, "nanoTime")
                .orShould().callMethod(Math.class, "random").check(LAB);
    }
}
