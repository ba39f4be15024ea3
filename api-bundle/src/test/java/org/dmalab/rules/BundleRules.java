package org.dmalab.rules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.service.ServiceKind;
import org.junit.jupiter.api.DynamicTest;

/**
 * The rules that every architecture bundle keeps: code has no state, packages know each other one way only, and code
 * that runs on a Cpu is a function of what its calls returned. Each is seen failing in {@code BundleRulesTest}.
 */
public final class BundleRules {
    private static final Set<String> TIME = Set.of("java.util.Date", "java.util.Calendar", "java.util.Timer",
            "java.lang.Thread", "java.lang.ThreadLocal", "java.lang.Runtime", "java.lang.ProcessHandle");
    private static final Set<String> CHANCE = Set.of("java.util.Random", "java.util.SplittableRandom",
            "java.security.SecureRandom", "java.util.UUID");
    private static final Set<String> UNORDERED = Set.of("java.util.HashMap", "java.util.HashSet",
            "java.util.IdentityHashMap", "java.util.WeakHashMap", "java.util.Hashtable");
    /** What of the platform kernel code needs; all of it values. */
    private static final Set<String> VALUES = Set.of("java.lang.Object", "java.lang.String", "java.lang.Math",
            "java.lang.Long", "java.lang.Integer", "java.lang.Boolean", "java.lang.Enum", "java.lang.Record",
            "java.lang.FunctionalInterface", "java.lang.IllegalArgumentException", "java.lang.IllegalStateException",
            "java.lang.IndexOutOfBoundsException", "java.lang.AssertionError",
            "java.lang.IncompatibleClassChangeError", "java.lang.MatchException",
            "java.lang.NoSuchFieldError", "java.lang.runtime.ObjectMethods", "java.util.List", "java.util.Iterator");

    private static final Set<String> SERVICES = Set.of("org.dmalab.api.service.Services",
            "org.dmalab.api.service.Binding");

    private final String root;
    private final Set<String> parsers;

    private BundleRules(String root, Class<?>... parsers) {
        this.root = root;
        this.parsers = Arrays.stream(parsers).map(Class::getName).collect(Collectors.toSet());
    }

    /**
     * One test for each rule, over the shipped classes of a bundle.
     *
     * @param root the bundle's package
     * @param parsers classes that may change because they live for one call; no field of others may hold one
     */
    public static Stream<DynamicTest> tests(String root, Class<?>... parsers) {
        JavaClasses shipped = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(root);
        return rules(root, parsers).entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> rule.getValue().check(shipped)));
    }

    static Map<String, ArchRule> rules(String root, Class<?>... parsers) {
        return new BundleRules(root, parsers).all();
    }

    private Map<String, ArchRule> all() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        rules.put("code keeps no state", classes().should(keepNoState()));
        rules.put("hardware knows no kernel", noClasses().that().resideInAPackage(root + ".hardware..").should()
                .dependOnClassesThat(inPackages(root, root + ".kernel..", root + ".patch..", "org.dmalab.api.kernel",
                        "org.dmalab.api.service").or(named("a Cpu", Set.of("org.dmalab.api.cpu.Cpu")))));
        rules.put("a kernel reaches hardware through its Cpu only", noClasses().that()
                .resideInAPackage(root + ".kernel..").should().dependOnClassesThat(inPackages(root,
                        root + ".hardware..", root + ".patch..", "org.dmalab.api.port", "org.dmalab.api")));
        rules.put("a patch knows the kernel only", noClasses().that().resideInAPackage(root + ".patch..").should()
                .dependOnClassesThat(inPackages(root, root + ".hardware..", "org.dmalab.api.port", "org.dmalab.api",
                        "org.dmalab.api.store")));
        rules.put("nobody knows a patch", noClasses().that().resideOutsideOfPackage(root + ".patch..").should()
                .dependOnClassesThat().resideInAPackage(root + ".patch.."));
        rules.put("no other bundle is known", noClasses().should().dependOnClassesThat().resideOutsideOfPackages(
                root + "..", "org.dmalab.api..", "java..", "org.osgi.."));
        rules.put("nobody reads a clock or starts a thread", noClasses().should().dependOnClassesThat(
                named("tell time or run threads", TIME).or(inPackages("java.time..", "java.util.concurrent..")))
                .orShould().callMethod(System.class, "nanoTime").orShould().callMethod(System.class,
                        "currentTimeMillis"));
        rules.put("nothing is left to chance", noClasses().should().dependOnClassesThat(named("are random", CHANCE))
                .orShould().callMethod(Math.class, "random"));
        rules.put("nobody iterates in the order of hash codes", noClasses().should().dependOnClassesThat(
                named("are unordered", UNORDERED)));
        rules.put("nobody asks for an identity", classes().should(eachCall("take no identity hash",
                BundleRules::isIdentity)));
        rules.put("an oracle never asks the patch", noClasses().that().areAssignableTo(Oracle.class).should()
                .dependOnClassesThat(named("reach a patch", SERVICES)).orShould().callMethod(Machine.class,
                        "services"));
        rules.put("a stop passes through kernel and patch", onCpu().should(catchNothing()));
        rules.put("kernel and patch use values only", onCpu().should().onlyDependOnClassesThat(
                named("are values", VALUES).or(inPackages("org.dmalab..", "java.lang.invoke", "org.osgi..")
                        .or(describe("are arrays or primitives", type -> type.isArray() || type.isPrimitive())))));
        rules.put("a variant is one public class without fields", classes().that(describe("are variants",
                this::isVariant)).should(standAlone()));
        return rules;
    }

    private com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction onCpu() {
        return classes().that().resideInAnyPackage(root + ".kernel..", root + ".patch..");
    }

    private static DescribedPredicate<JavaClass> inPackages(String... packages) {
        return JavaClass.Predicates.resideInAnyPackage(packages);
    }

    private static DescribedPredicate<JavaClass> named(String what, Set<String> names) {
        return describe(what, type -> names.contains(type.getName()));
    }

    private static boolean isIdentity(JavaMethodCall call) {
        String name = call.getTarget().getName();
        return name.equals("identityHashCode") || name.equals("hashCode") && call.getTarget().resolveMember()
                .map(member -> member.getOwner().isEquivalentTo(Object.class)
                        || member.getOwner().isEquivalentTo(Enum.class)).orElse(false);
    }

    private static ArchCondition<JavaClass> eachCall(String what,
            java.util.function.Predicate<JavaMethodCall> forbidden) {
        return condition(what, type -> type.getMethodCallsFromSelf().stream().filter(forbidden)
                .map(JavaMethodCall::getDescription));
    }

    /** A finally block is no catch: javac leaves its type open. */
    private static ArchCondition<JavaClass> catchNothing() {
        return condition("catch nothing around calls of a Cpu", type -> type.getCodeUnits().stream()
                .filter(unit -> unit.getTryCatchBlocks().stream()
                        .anyMatch(block -> !block.getCaughtThrowables().isEmpty()))
                .map(JavaCodeUnit::getFullName));
    }

    private ArchCondition<JavaClass> keepNoState() {
        return condition("have only final fields of values and handles", type -> type.getFields().stream()
                .filter(field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC))
                .filter(field -> !parsers.contains(type.getName()) && (!isKept(field) || holdsParser(field)))
                .map(field -> field.getFullName() + " of type " + field.getRawType().getName() + " can keep state"));
    }

    private boolean holdsParser(JavaField field) {
        return parsers.contains(field.getRawType().getName());
    }

    private boolean isKept(JavaField field) {
        JavaClass type = field.getRawType();
        boolean constant = field.getModifiers().contains(JavaModifier.STATIC);
        boolean list = type.isEquivalentTo(List.class);
        boolean onCpu = field.getOwner().getPackageName().startsWith(root + ".kernel")
                || field.getOwner().getPackageName().startsWith(root + ".patch");
        boolean table = !onCpu && type.isArray() && (constant || field.getOwner().isRecord());
        return field.getModifiers().contains(JavaModifier.FINAL) && (type.isPrimitive() || type.isEnum()
                || type.isRecord() || type.isEquivalentTo(String.class) || list || table
                || (constant || field.getOwner().isRecord()) && type.isEquivalentTo(java.util.regex.Pattern.class)
                || type.getPackageName().startsWith("org.dmalab.api") || type.getPackageName().startsWith(root));
    }

    private boolean isVariant(JavaClass type) {
        return type.getPackageName().startsWith(root + ".patch") && !type.isInterface()
                && Arrays.stream(ServiceKind.values()).anyMatch(kind -> type.isAssignableTo(kind.type()));
    }

    private static ArchCondition<JavaClass> standAlone() {
        return condition("be public, with a public constructor without parameters and no fields of objects",
                type -> {
                    boolean open = type.getModifiers().contains(JavaModifier.PUBLIC)
                            && type.tryGetConstructor().map(made -> made.getModifiers().contains(JavaModifier.PUBLIC))
                                    .orElse(false);
                    boolean empty = type.getAllFields().stream()
                            .allMatch(field -> field.getModifiers().contains(JavaModifier.STATIC));
                    return open && empty ? Stream.empty() : Stream.of(type.getName() + " is not");
                });
    }

    private static ArchCondition<JavaClass> condition(String what,
            java.util.function.Function<JavaClass, Stream<String>> violations) {
        return new ArchCondition<>(what) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                Consumer<String> add = message -> events.add(SimpleConditionEvent.violated(type, message));
                violations.apply(type).forEach(add);
            }
        };
    }
}
