package org.dmalab.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.dmalab.api.cpu.Hook;
import org.dmalab.api.event.EventSink;
import org.dmalab.rules.PackageRules;
import org.junit.jupiter.api.Test;

/** Rules of the contracts: nothing of ours is imported, and only the store has state. */
class ApiRulesTest {
    private static final JavaClasses API = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("org.dmalab.api");

    @Test
    void theContractsDependOnNothingOfOurs() {
        noClasses().should().dependOnClassesThat().resideInAnyPackage("org.dmalab.lab..", "org.dmalab.shell..",
                "org.dmalab.pseries..", "org.dmalab.vtd..", "org.dmalab.mips..").check(API);
    }

    /** A field may change only in the store, or to say who listens to a machine and that its explorer holds it. */
    @Test
    void onlyTheStoreHoldsState() {
        fields().that().areDeclaredInClassesThat().resideOutsideOfPackage("org.dmalab.api.store")
                .and().doNotHaveRawType(Hook.class).and().doNotHaveRawType(EventSink.class)
                .and().doNotHaveFullName("org.dmalab.api.Machine.held").should().beFinal().check(API);
        PackageRules.nothingStaticRemembers().check(API);
    }

    @Test
    void whatIsExportedIsInAPackageThatSaysWhatItIs() {
        classes().that().arePublic().should().resideInAnyPackage("org.dmalab.api", "org.dmalab.api.cpu",
                "org.dmalab.api.event", "org.dmalab.api.kernel", "org.dmalab.api.port", "org.dmalab.api.service",
                "org.dmalab.api.store").check(API);
    }
}
