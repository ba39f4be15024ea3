package org.dmalab.pseries;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.dmalab.pseries.hardware.FlatTreeException;
import org.dmalab.pseries.hardware.FlatTreeReader;
import org.dmalab.pseries.hardware.FlatTreeWriter;
import org.junit.jupiter.api.Test;

/** The rules of this bundle: code without state, and who may know whom. */
class ArchitectureRulesTest {
    private static final String ROOT = "org.dmalab.pseries";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(ROOT);
    /** They live for one call; what they make is values. */
    private static final Set<String> PARSERS = Set.of(FlatTreeReader.class.getName(), FlatTreeWriter.class.getName());

    private static ArchCondition<JavaClass> haveOnlyFinalFieldsOfValuesAndHandles() {
        return new ArchCondition<>("have only final fields of values and handles") {
            @Override
            public void check(JavaClass owner, ConditionEvents events) {
                for (JavaField field : owner.getFields()) {
                    boolean generated = field.getName().startsWith("$") || field.getName().equals("this$0");
                    if (!generated && !(field.getModifiers().contains(JavaModifier.FINAL) && allowed(field))) {
                        events.add(SimpleConditionEvent.violated(field, field.getFullName() + " of "
                                + field.getRawType().getName()));
                    }
                }
            }
        };
    }

    private static boolean allowed(JavaField field) {
        JavaClass type = field.getRawType();
        boolean list = type.isEquivalentTo(List.class);
        boolean bytesOfAProperty = field.getOwner().isRecord() && type.isEquivalentTo(byte[].class);
        return type.isPrimitive() || type.isEquivalentTo(String.class) || type.isEnum() || type.isRecord() || list
                || bytesOfAProperty || type.isArray() && field.getOwner().isEnum() && field.getName().equals("$VALUES")
                || type.getPackageName().startsWith("org.dmalab.api") || type.getPackageName().startsWith(ROOT);
    }

    @Test
    void nothingKeepsState() {
        classes().that().resideInAPackage(ROOT + "..")
                .and(new com.tngtech.archunit.base.DescribedPredicate<JavaClass>("are no parsers") {
                    @Override
                    public boolean test(JavaClass one) {
                        return !PARSERS.contains(one.getName()) && !one.isAnonymousClass()
                                && !one.isEquivalentTo(FlatTreeException.class);
                    }
                }).should(haveOnlyFinalFieldsOfValuesAndHandles()).check(CLASSES);
    }

    @Test
    void hardwareKnowsNoKernel() {
        noClasses().that().resideInAPackage(ROOT + ".hardware..").should().dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".kernel..", ROOT + ".patch..", ROOT).check(CLASSES);
    }

    @Test
    void theKernelReachesHardwareByPortsOnly() {
        noClasses().that().resideInAPackage(ROOT + ".kernel..").should().dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".hardware..", ROOT + ".patch..", ROOT, "org.dmalab.api.port..",
                        "org.dmalab.api").check(CLASSES);
    }

    @Test
    void aPatchKnowsTheKernelOnly() {
        noClasses().that().resideInAPackage(ROOT + ".patch..").should().dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".hardware..", ROOT, "org.dmalab.api.port..", "org.dmalab.api",
                        "org.dmalab.api.store..").check(CLASSES);
        noClasses().that().resideOutsideOfPackage(ROOT + ".patch..").should().dependOnClassesThat()
                .resideInAPackage(ROOT + ".patch..").check(CLASSES);
    }

    @Test
    void otherBundlesAreNotKnown() {
        noClasses().should().dependOnClassesThat().resideInAnyPackage("org.dmalab.lab..", "org.dmalab.shell..",
                "org.dmalab.vtd..", "org.dmalab.mips..").check(CLASSES);
    }

    @Test
    void nothingIsRandomOrReadsAClock() {
        noClasses().should().dependOnClassesThat().belongToAnyOf(Random.class, Thread.class)
                .orShould().callMethod(System.class, "nanoTime")
                .orShould().callMethod(System.class, "currentTimeMillis").check(CLASSES);
        noClasses().that().resideInAnyPackage(ROOT + ".kernel..", ROOT + ".patch..").should().dependOnClassesThat()
                .belongToAnyOf(Map.class, Set.class).check(CLASSES);
    }

    @Test
    void nobodyCatchesAnErrorAroundKernelCode() {
        classes().that().resideInAnyPackage(ROOT + ".kernel..", ROOT + ".patch..")
                .should(new ArchCondition<>("not catch Throwable, Error or RuntimeException") {
                    @Override
                    public void check(JavaClass owner, ConditionEvents events) {
                        for (JavaMethod method : owner.getMethods()) {
                            method.getTryCatchBlocks().stream().flatMap(block -> block.getCaughtThrowables().stream())
                                    .forEach(caught -> events.add(SimpleConditionEvent.violated(method,
                                            method.getFullName() + " catches " + caught.getName())));
                        }
                    }
                }).check(CLASSES);
    }
}
