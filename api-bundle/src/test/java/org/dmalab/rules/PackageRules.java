package org.dmalab.rules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** Rules for bundles that are not architectures: who builds on whom, and nothing static remembers anything. */
public final class PackageRules {
    private PackageRules() { }

    /**
     * Every package of a bundle may use what it is said to build on, its own package and the bundle's top package; a
     * package of which nothing is said may not exist.
     *
     * @param root the bundle's package
     * @param buildsOn for each package below it, the others that it may use
     */
    public static ArchRule packagesBuildOn(String root, Map<String, List<String>> buildsOn) {
        return classes().that().resideInAPackage(root + ".(*)..").should(new ArchCondition<JavaClass>(
                "use only the packages that theirs builds on: " + new java.util.TreeMap<>(buildsOn)) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String own = part(root, type);
                if (!buildsOn.containsKey(own)) {
                    events.add(SimpleConditionEvent.violated(type, type.getName() + " is in no package of the list"));
                    return;
                }
                type.getDirectDependenciesFromSelf().stream()
                        .filter(use -> use.getTargetClass().getPackageName().startsWith(root + "."))
                        .filter(use -> !part(root, use.getTargetClass()).equals(own)
                                && !buildsOn.get(own).contains(part(root, use.getTargetClass())))
                        .forEach(use -> events.add(SimpleConditionEvent.violated(type, use.getDescription())));
            }
        });
    }

    private static String part(String root, JavaClass type) {
        String rest = type.getPackageName().substring(root.length() + 1);
        return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
    }

    /** Static fields are final, and none is a thing made to be changed by several threads. */
    public static ArchRule nothingStaticRemembers() {
        return fields().that().areStatic().and(describe("written by people",
                field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC))).should().beFinal().andShould()
                .notHaveRawType(describe("a variable", type -> type.getPackageName()
                        .equals(AtomicReference.class.getPackageName())));
    }
}
