package org.dmalab.mips;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.dmalab.mips.kernel.NoncoherentDma;
import org.junit.jupiter.api.Test;

/** The rules of the design for this bundle: stateless code, and who may know whom. */
class ArchitectureRulesTest {
    private static final String ROOT = "org.dmalab.mips";
    private static final JavaClasses CLASSES = new ClassFileImporter().importUrl(
            MipsArchitecture.class.getProtectionDomain().getCodeSource().getLocation());
    /** Types that can't change, besides primitives, enums, records, the api and this bundle's final classes. */
    private static final Set<String> FIXED = Set.of("java.lang.String", "java.util.List");

    @Test
    void codeKeepsNothing() {
        classes().should(new ArchCondition<JavaClass>("have only final fields of types that cannot change") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (JavaField field : type.getFields()) {
                    boolean made = field.getModifiers().contains(JavaModifier.SYNTHETIC);
                    boolean right = field.getModifiers().contains(JavaModifier.FINAL) && fixed(field.getRawType());
                    if (!made && !right) {
                        events.add(SimpleConditionEvent.violated(field, field.getFullName() + " can keep state"));
                    }
                }
            }
        }).check(CLASSES);
    }

    /** Arrays only in constants of names; everything else is final all the way down. */
    private static boolean fixed(JavaClass type) {
        return type.isPrimitive() || type.isEnum() || type.isRecord() || FIXED.contains(type.getName())
                || type.getName().startsWith("org.dmalab.api.") || type.getName().startsWith(ROOT)
               
                || type.isArray() && (type.getComponentType().isEnum()
                        || type.getComponentType().getName().equals("java.lang.String"));
    }

    @Test
    void hardwareKnowsNoKernel() {
        noClasses().that().resideInAPackage(ROOT + ".hardware").should().dependOnClassesThat(
                resideInAnyPackage(ROOT, ROOT + ".kernel..", ROOT + ".patch..", "org.dmalab.api.service",
                        "org.dmalab.api.kernel")).check(CLASSES);
    }

    @Test
    void kernelReachesHardwareThroughItsCpuOnly() {
        noClasses().that().resideInAPackage(ROOT + ".kernel").should().dependOnClassesThat(
                resideInAnyPackage(ROOT, ROOT + ".hardware..", ROOT + ".patch..", "org.dmalab.api.port",
                        "org.dmalab.api")).check(CLASSES);
    }

    @Test
    void patchesKnowTheKernelOnly() {
        noClasses().that().resideInAPackage(ROOT + ".patch..").should().dependOnClassesThat(
                resideInAnyPackage(ROOT, ROOT + ".hardware..", "org.dmalab.api.port", "org.dmalab.api",
                        "org.dmalab.api.store")).check(CLASSES);
    }

    @Test
    void nothingOfOthersIsUsed() {
        noClasses().should().dependOnClassesThat(resideOutsideOfPackages(ROOT + "..", "org.dmalab.api..", "java.lang..",
                "java.util..", "org.osgi..")).check(CLASSES);
    }

    @Test
    void kernelAndPatchLetEveryStopPass() {
        classes().that().resideInAnyPackage(ROOT + ".kernel", ROOT + ".patch..")
                .should(new ArchCondition<JavaClass>("catch neither Throwable nor Error") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        type.getCodeUnits().forEach(unit -> unit.getTryCatchBlocks().forEach(block -> {
                            if (block.getCaughtThrowables().stream().anyMatch(caught ->
                                    List.of("java.lang.Throwable", "java.lang.Error").contains(caught.getName()))) {
                                events.add(SimpleConditionEvent.violated(type, unit.getFullName()));
                            }
                        }));
                    }
                }).check(CLASSES);
    }

    @Test
    void variantsArePublicFinalWithAConstructorWithoutParameters() {
        List<JavaClass> variants = CLASSES.stream().filter(type -> type.getPackageName().startsWith(ROOT + ".patch")
                && type.isAssignableTo(NoncoherentDma.class)).toList();
        assertTrue(variants.size() == 13, variants::toString);
        for (JavaClass variant : variants) {
            assertTrue(variant.getModifiers().contains(JavaModifier.PUBLIC)
                    && variant.getModifiers().contains(JavaModifier.FINAL), variant::getName);
            assertTrue(variant.tryGetConstructor().isPresent(), variant::getName);
        }
    }

}
