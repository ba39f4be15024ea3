package org.dmalab.vtd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Modifier;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.TryCatchBlock;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.dmalab.api.service.Iommu;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.annotations.Component;

/** The rules of this bundle: code is stateless, and the packages depend on each other one way. */
class RulesTest {
    private static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("org.dmalab.vtd");

    @Test
    void dependenciesGoOneWay() {
        noClasses().that().resideInAPackage("..vtd.hardware..").should().dependOnClassesThat()
                .resideInAnyPackage("..vtd.kernel..", "..vtd.patch..", "org.dmalab.vtd", "..api.cpu.Cpu",
                        "..api.kernel..").check(CODE);
        noClasses().that().resideInAPackage("..vtd.kernel..").should().dependOnClassesThat()
                .resideInAnyPackage("..vtd.hardware..", "..vtd.patch..", "org.dmalab.vtd", "..api.port..").check(CODE);
        noClasses().that().resideInAPackage("..vtd.patch..").should().dependOnClassesThat()
                .resideInAnyPackage("..vtd.hardware..", "org.dmalab.vtd", "..api.port..", "..api.store..").check(CODE);
        noClasses().that().resideInAPackage("org.dmalab.vtd").should().dependOnClassesThat()
                .resideInAPackage("..vtd.patch..").check(CODE);
        noClasses().should().dependOnClassesThat().resideInAnyPackage("org.dmalab.lab..", "org.dmalab.shell..",
                "org.dmalab.mips..", "org.dmalab.pseries..").check(CODE);
    }

    @Test
    void codeIsStateless() {
        statelessFields().check(CODE);
        assertThrows(AssertionError.class, () -> statelessFields().check(new ClassFileImporter().importClasses(
                Counting.class)));
    }

    /** Breaks the rule. */
    private static final class Counting {
        private int calls;

        int call() {
            return ++calls;
        }
    }

    private static ArchRule statelessFields() {
        return fields().should(new ArchCondition<JavaField>("be final, and a constant or a handle") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                boolean isFinal = field.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.FINAL);
                if (!isFinal || !allowed(field)) {
                    events.add(SimpleConditionEvent.violated(field, field.getFullName() + " of type "
                            + field.getRawType().getName()));
                }
            }
        });
    }

    /** Arrays only as constant tables of text or numbers; collections only in the records of tables and presets. */
    private static boolean allowed(JavaField field) {
        JavaClass type = field.getRawType();
        boolean isConstant = field.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.STATIC);
        if (type.isArray()) {
            return isConstant;
        }
        boolean ours = type.getPackageName().startsWith("org.dmalab");
        boolean inRecord = field.getOwner().isRecord();
        return type.isPrimitive() || type.getName().equals("java.lang.String") || ours
                || type.getName().equals("java.util.List") && (isConstant || inRecord)
                || type.getName().equals("java.util.regex.Pattern") && isConstant
                || type.getName().equals("java.nio.ByteBuffer")
                        && field.getOwner().getSimpleName().equals("DmarReader");
    }

    @Test
    void nothingSwallowsAStop() {
        classes().that().resideInAnyPackage("..vtd.patch..", "..vtd.kernel..").should(
                new ArchCondition<JavaClass>("catch nothing around calls of a Cpu") {
                    @Override
                    public void check(JavaClass item, ConditionEvents events) {
                        for (JavaCodeUnit unit : item.getCodeUnits()) {
                            for (TryCatchBlock block : unit.getTryCatchBlocks()) {
                                if (!block.getCaughtThrowables().isEmpty()) {
                                    events.add(SimpleConditionEvent.violated(item, unit.getFullName()));
                                }
                            }
                        }
                    }
                }).check(CODE);
    }

    @Test
    void noClockNoRandomnessNoUnorderedCollections() {
        noClasses().should().dependOnClassesThat(new DescribedPredicate<JavaClass>("depend on chance") {
            @Override
            public boolean test(JavaClass type) {
                String name = type.getName();
                return name.equals("java.util.Random") || name.equals("java.util.HashMap")
                        || name.equals("java.util.HashSet") || name.startsWith("java.time.")
                        || name.startsWith("java.util.concurrent.");
            }
        }).check(CODE);
        noClasses().should().callMethod(System.class, "nanoTime").orShould().callMethod(System.class,
                "currentTimeMillis").orShould().callMethod(System.class, "identityHashCode", Object.class).check(CODE);
    }

    @Test
    void variantsAreSmallPublicAndAlone() throws ReflectiveOperationException {
        int variants = 0;
        for (JavaClass type : CODE) {
            if (type.getPackageName().contains(".patch") && type.isAssignableTo(Iommu.class)) {
                variants++;
                assertEquals(0, type.getFields().size(), type.getName());
                Class<?> loaded = type.reflect();
                assertEquals(true, Modifier.isFinal(loaded.getModifiers()) && Modifier.isPublic(loaded.getModifiers()));
                loaded.getConstructor().newInstance();
            }
        }
        assertEquals(27, variants);
        noClasses().that().resideInAPackage("..vtd.patch..").and().areNotAnnotatedWith(Component.class).should()
                .bePublic().check(CODE);
    }
}
