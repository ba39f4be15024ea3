package org.dmalab.lab;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.dmalab.api.Oracle;
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
        noClasses().that().resideInAPackage("..lab.catalog..").should().dependOnClassesThat()
                .resideInAnyPackage("..lab.scenario..", "..lab.run..", "..lab.report..", "..lab.live..").check(LAB);
        noClasses().that().resideInAPackage("..lab.oracle..").should().dependOnClassesThat()
                .resideInAnyPackage("..lab.scenario..", "..lab.run..", "..lab.report..", "..lab.live..").check(LAB);
        noClasses().that().resideInAPackage("..lab.run..").should().dependOnClassesThat()
                .resideInAnyPackage("..lab.report..", "..lab.live..").check(LAB);
    }

    @Test
    void nothingIsKeptInStaticFields() {
        fields().that().areStatic().should().beFinal().check(LAB);
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
                .orShould().dependOnClassesThat().haveFullyQualifiedName("org.dmalab.api.service.Binding").check(LAB);
    }

    @Test
    void noClockAndNoRandomness() {
        noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.util.Random")
                .orShould().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(Math.class, "random").check(
                        new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                                .importPackages("org.dmalab.lab.run", "org.dmalab.lab.oracle", "org.dmalab.lab.report",
                                        "org.dmalab.lab.scenario", "org.dmalab.lab.live"));
    }
}
