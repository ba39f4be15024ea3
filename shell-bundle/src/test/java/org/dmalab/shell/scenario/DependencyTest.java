package org.dmalab.shell.scenario;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The commands see services and the lab, no architecture, and nothing static remembers anything. */
class DependencyTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("org.dmalab.shell.scenario");

    @Test
    void onlyTheLabTheContractsAndTheCommandLineAreUsed() {
        classes().that().resideInAPackage("org.dmalab.shell.scenario").should().onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.osgi..", "org.apache.felix.service.command", "org.dmalab.api..",
                        "org.dmalab.lab..", "org.dmalab.shell.command", "org.dmalab.shell.scenario").check(CLASSES);
    }

    @Test
    void staticFieldsAreFinal() {
        noFields().that().areStatic().should().notBeFinal().check(CLASSES);
    }
}
