package org.dmalab.lab.guard;

import java.util.Map;
import java.util.Set;

/**
 * What the code of a variant may refer to outside its own bundle: of the Java library arithmetic, text, lists that
 * cannot change and what the compiler itself refers to; of the platform the contracts of a patch and the packages of
 * an architecture. Names are those of class files, with slashes.
 */
final class PatchRules {
    /** Every member may be used, but for those of {@link #NOT}. */
    private static final Set<String> CLASSES = Set.of("java/lang/Math", "java/lang/StrictMath", "java/lang/Long",
            "java/lang/Integer", "java/lang/Short", "java/lang/Byte", "java/lang/Character", "java/lang/Boolean",
            "java/lang/Double", "java/lang/Float", "java/lang/Number", "java/lang/String", "java/lang/CharSequence",
            "java/lang/StringBuilder", "java/lang/Iterable", "java/lang/Comparable", "java/lang/Runnable",
            "java/lang/Record", "java/util/Iterator", "java/util/OptionalLong", "java/util/OptionalInt",
            "java/lang/AutoCloseable");
    /** Only these members may be used. */
    private static final Map<String, Set<String>> MEMBERS = Map.ofEntries(
            Map.entry("java/lang/Object", Set.of("<init>", "equals", "toString")),
            Map.entry("java/lang/Enum", Set.of("<init>", "ordinal", "name", "valueOf", "compareTo", "equals",
                    "toString")),
            Map.entry("java/lang/Class", Set.of("desiredAssertionStatus")),
            Map.entry("java/lang/System", Set.of("out", "err", "arraycopy", "lineSeparator")),
            Map.entry("java/io/PrintStream", Set.of("print", "println", "printf", "format")),
            Map.entry("java/util/List", Set.of("of", "copyOf", "size", "get", "contains", "isEmpty", "indexOf",
                    "iterator", "equals")),
            Map.entry("java/util/Arrays", Set.of("fill", "copyOf", "copyOfRange", "equals", "sort", "toString")),
            Map.entry("java/util/Objects", Set.of("requireNonNull", "requireNonNullElse", "equals", "checkIndex",
                    "isNull", "nonNull")));
    /** Of classes all of whose members may be used otherwise: properties of the JVM, chance, regular expressions. */
    private static final Map<String, Set<String>> NOT = Map.of(
            "java/lang/Math", Set.of("random"), "java/lang/StrictMath", Set.of("random"),
            "java/lang/Long", Set.of("getLong"), "java/lang/Integer", Set.of("getInteger"),
            "java/lang/Boolean", Set.of("getBoolean"),
            "java/lang/String", Set.of("matches", "replaceAll", "replaceFirst", "split", "intern"));
    private static final Set<String> THROWABLE = Set.of("<init>", "getMessage", "getCause", "addSuppressed",
            "toString");
    /** What javac refers to for lambdas, text that is put together, records and switches. */
    private static final Set<String> BOOTSTRAPS = Set.of("java/lang/invoke/LambdaMetafactory.metafactory",
            "java/lang/invoke/LambdaMetafactory.altMetafactory",
            "java/lang/invoke/StringConcatFactory.makeConcat",
            "java/lang/invoke/StringConcatFactory.makeConcatWithConstants",
            "java/lang/runtime/ObjectMethods.bootstrap",
            "java/lang/runtime/SwitchBootstraps.typeSwitch", "java/lang/runtime/SwitchBootstraps.enumSwitch");
    private static final String API = "org/dmalab/api/";
    /** Of packages of the api that have more than the contracts of a patch. */
    private static final Set<String> API_CLASSES = Set.of(API + "cpu/Barrier", API + "cpu/CacheOp", API + "cpu/Cpu",
            API + "cpu/Endian", API + "cpu/KernelBug", API + "cpu/Level", API + "cpu/Op", API + "cpu/Text",
            API + "cpu/TlbOp", API + "kernel/Field", API + "kernel/KernelFunction", API + "kernel/Place",
            API + "kernel/Struct", API + "kernel/Variable", API + "event/EventKind", API + "store/BitField",
            API + "store/Column");
    private static final Set<String> PACKAGES_OF_ARCHITECTURES = Set.of("kernel", "hardware", "patch");

    private PatchRules() { }

    /** Tells whether code may use a member of a class of the Java library. */
    static boolean ofJava(String owner, String member) {
        if (NOT.getOrDefault(owner, Set.of()).contains(member)) {
            return false;
        }
        return CLASSES.contains(owner) || owner.startsWith("java/util/function/")
                || MEMBERS.getOrDefault(owner, Set.of()).contains(member)
                || (throwable(owner) && THROWABLE.contains(member));
    }

    /** Tells whether code may name a class of the Java library as a type. */
    static boolean typeOfJava(String type) {
        return CLASSES.contains(type) || MEMBERS.containsKey(type) || type.startsWith("java/util/function/")
                || throwable(type);
    }

    /** Every exception and error of java.lang but the one that ends threads. */
    private static boolean throwable(String type) {
        return (type.startsWith("java/lang/") && type.lastIndexOf('/') == "java/lang".length()
                && (type.endsWith("Exception") || type.endsWith("Error") || type.equals("java/lang/Throwable")))
                || type.equals("java/util/NoSuchElementException");
    }

    /** Tells whether an instruction may ask this method of the Java library for what it does. */
    static boolean bootstrap(String owner, String method) {
        return BOOTSTRAPS.contains(owner + '.' + method);
    }

    /** Tells whether code may use a class of the platform. */
    static boolean ofPlatform(String type) {
        if (type.startsWith(API)) {
            return type.startsWith(API + "service/") || API_CLASSES.contains(outer(type));
        }
        String[] parts = type.split("/");
        boolean architecture = parts.length > 4 && type.startsWith("org/dmalab/")
                && PACKAGES_OF_ARCHITECTURES.contains(parts[3]);
        return architecture || (parts.length == 4 && type.startsWith("org/dmalab/c/"));
    }

    private static String outer(String type) {
        int nested = type.indexOf('$');
        return nested < 0 ? type : type.substring(0, nested);
    }
}
