package org.dmalab.rules;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.dmalab.rules.Version.Step;

/**
 * What others see of a type.
 *
 * @param declaration kind, name and type parameters: {@code interface Store.Row<T>}
 * @param modifiers words before it; {@code provider} if only the bundle itself implements it
 * @param supertypes what it extends and implements
 * @param members modifiers of each member, by the rest of its declaration: {@code long map(Cpu, long)}
 */
record TypeSignature(String declaration, Set<String> modifiers, Set<String> supertypes,
        Map<String, Set<String>> members) {
    static final String PROVIDER = "provider";
    private static final String SEALED = "sealed";
    private static final String ABSTRACT = "abstract";
    private static final String DEFAULT = "default";
    private static final String FINAL = "final";
    private static final String VALUE = " = ";
    private static final Set<String> WORDS = Set.of(PROVIDER, SEALED, ABSTRACT, DEFAULT, FINAL, "static", "protected");
    /** What every object has: whether a class overrides it is its own affair. */
    private static final Set<String> OF_OBJECT = Set.of("boolean equals(Object)", "int hashCode()",
            "String toString()");

    /** A change, and how far it goes. */
    record Change(Step step, String text) { }

    /** The signature of a class that is loaded. */
    static TypeSignature of(Class<?> type, boolean provider) {
        Names names = new Names(type.getPackageName());
        Set<String> modifiers = modifiers(type.getModifiers());
        if (provider) {
            modifiers.add(PROVIDER);
        }
        if (type.isSealed()) {
            modifiers.add(SEALED);
        }
        if (type.isInterface() || type.isEnum()) {
            modifiers.removeAll(Set.of(ABSTRACT, "static"));
        }
        Set<String> supertypes = new TreeSet<>();
        Stream.concat(Stream.ofNullable(type.getGenericSuperclass()), Arrays.stream(type.getGenericInterfaces()))
                .map(names::of).filter(name -> !name.equals("Object")).forEach(supertypes::add);
        Map<String, Set<String>> members = new TreeMap<>();
        fields(type, names, members);
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isSeen(type, constructor.getModifiers()) && !constructor.isSynthetic()) {
                members.put(names.parameters(constructor) + "new(" + names.arguments(constructor) + ")"
                        + names.failures(constructor), modifiers(constructor.getModifiers()));
            }
        }
        for (Method method : methods(type)) {
            String text = names.parameters(method) + names.of(method.getGenericReturnType()) + " " + method.getName()
                    + "(" + names.arguments(method) + ")" + names.failures(method);
            if (!OF_OBJECT.contains(text)) {
                members.put(text, modifiers(type, method));
            }
        }
        return new TypeSignature(kind(type) + " " + names.of(type) + names.parameters(type).trim(), modifiers,
                supertypes, members);
    }

    private static void fields(Class<?> type, Names names, Map<String, Set<String>> members) {
        for (Field field : type.getDeclaredFields()) {
            if (isSeen(type, field.getModifiers()) && !field.isSynthetic()) {
                String text = names.of(field.getGenericType()) + " " + field.getName() + constant(field);
                members.put(text, modifiers(field.getModifiers()));
            }
        }
    }

    /** Compilers copy the value of a constant into the classes that use it. */
    private static String constant(Field field) {
        boolean constant = Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers());
        if (!constant || !(field.getType().isPrimitive() || field.getType() == String.class)) {
            return "";
        }
        try {
            field.setAccessible(true);
            return VALUE + field.get(null).toString().replaceAll("\\s+", " ");
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Declared methods, and those that come from a superclass which others can't name. */
    private static List<Method> methods(Class<?> type) {
        List<Method> methods = new ArrayList<>();
        Class<?> owner = type;
        do {
            for (Method method : owner.getDeclaredMethods()) {
                boolean ofEnum = owner.isEnum() && Set.of("values", "valueOf").contains(method.getName());
                if (isSeen(type, method.getModifiers()) && !method.isSynthetic() && !ofEnum) {
                    methods.add(method);
                }
            }
            owner = owner.getSuperclass();
        } while ((owner != null) && !Modifier.isPublic(owner.getModifiers()));
        return methods;
    }

    static boolean isSeen(Class<?> type) {
        boolean inside = (type.getDeclaringClass() != null) && !isSeen(type.getDeclaringClass());
        return !inside && !type.isSynthetic() && !type.isAnonymousClass() && !type.isLocalClass()
                && isSeen(type, type.getModifiers());
    }

    private static boolean isSeen(Class<?> type, int modifiers) {
        boolean toHeirs = Modifier.isProtected(modifiers) && !Modifier.isFinal(type.getModifiers());
        return Modifier.isPublic(modifiers) || toHeirs;
    }

    private static String kind(Class<?> type) {
        if (type.isAnnotation()) {
            return "@interface";
        }
        if (type.isInterface()) {
            return "interface";
        }
        if (type.isEnum()) {
            return "enum";
        }
        return type.isRecord() ? "record" : "class";
    }

    private static Set<String> modifiers(int modifiers) {
        return new TreeSet<>(Arrays.stream(Modifier.toString(modifiers).split(" ")).filter(WORDS::contains).toList());
    }

    private static Set<String> modifiers(Class<?> type, Method method) {
        Set<String> modifiers = modifiers(method.getModifiers());
        boolean hasDefault = method.isDefault() || (method.getDefaultValue() != null);
        if (hasDefault) {
            modifiers.remove(ABSTRACT);
            modifiers.add(DEFAULT);
        }
        // Nobody can override a method of a final class, of a record or of an enum, whatever it says itself.
        if (Modifier.isFinal(type.getModifiers()) || type.isEnum()) {
            modifiers.removeAll(Set.of(FINAL, ABSTRACT));
        }
        return modifiers;
    }

    /** One line for the type and one for each member. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(line(modifiers, declaration) + (supertypes.isEmpty() ? "" : " : " + String.join("; ", supertypes)));
        members.forEach((member, words) -> lines.add("    " + line(words, member)));
        return lines;
    }

    private static String line(Set<String> words, String rest) {
        return words.stream().map(word -> word + " ").collect(Collectors.joining()) + rest;
    }

    /** Reads the lines back. */
    static TypeSignature parse(List<String> lines) {
        String[] head = lines.get(0).split(" : ", 2);
        Map<String, Set<String>> members = new TreeMap<>();
        lines.stream().skip(1).map(String::strip).forEach(line -> members.put(rest(line), words(line)));
        return new TypeSignature(rest(head[0]), words(head[0]),
                head.length == 1 ? Set.of() : new TreeSet<>(List.of(head[1].split("; "))), members);
    }

    private static Set<String> words(String line) {
        return Arrays.stream(line.split(" ")).takeWhile(WORDS::contains).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String rest(String line) {
        return Arrays.stream(line.split(" ")).dropWhile(WORDS::contains).collect(Collectors.joining(" "));
    }

    /** Others may implement or extend it. */
    private boolean isOpen() {
        boolean closed = modifiers.contains(FINAL) || modifiers.contains(PROVIDER) || modifiers.contains(SEALED)
                || declaration.startsWith("enum ") || declaration.startsWith("record ");
        return !closed;
    }

    /** What became of it. */
    List<Change> changesTo(TypeSignature now) {
        List<Change> changes = new ArrayList<>();
        String where = " of " + declaration;
        words(modifiers, now.modifiers, declaration, changes);
        for (String type : all(supertypes, now.supertypes)) {
            if (!now.supertypes.contains(type)) {
                changes.add(new Change(Step.MAJOR, "- : " + type + where));
            } else if (!supertypes.contains(type)) {
                boolean asked = declaration.startsWith("interface ") && isOpen();
                changes.add(new Change(asked ? Step.MAJOR : Step.MINOR, "+ : " + type + where));
            }
        }
        Map<String, String> valuesBefore = values(members.keySet());
        Map<String, String> valuesNow = values(now.members.keySet());
        for (String member : all(members.keySet(), now.members.keySet())) {
            Set<String> before = members.get(member);
            Set<String> after = now.members.get(member);
            if ((before == null) && valuesBefore.containsKey(withoutValue(member))) {
                continue; // told as the change of a value
            }
            if ((after == null) && valuesNow.containsKey(withoutValue(member))) {
                // Who was built before goes on with the old value.
                String other = valuesNow.get(withoutValue(member));
                words(before, now.members.get(other), withoutValue(member) + where, changes);
                changes.add(new Change(Step.MINOR, "~ " + member + where + ", now" + other.substring(
                        withoutValue(other).length())));
            } else if (after == null) {
                changes.add(new Change(Step.MAJOR, "- " + line(before, member) + where));
            } else if (before == null) {
                boolean asked = after.contains(ABSTRACT) && isOpen();
                changes.add(new Change(asked ? Step.MAJOR : Step.MINOR, "+ " + line(after, member) + where));
            } else {
                words(before, after, member + where, changes);
            }
        }
        return changes;
    }

    private static Map<String, String> values(Set<String> members) {
        Map<String, String> values = new TreeMap<>();
        members.stream().filter(member -> member.contains(VALUE))
                .forEach(member -> values.put(withoutValue(member), member));
        return values;
    }

    private static String withoutValue(String member) {
        int value = member.indexOf(VALUE);
        return value < 0 ? member : member.substring(0, value);
    }

    private static Set<String> all(Set<String> before, Set<String> after) {
        Set<String> all = new TreeSet<>(before);
        all.addAll(after);
        return all;
    }

    private static void words(Set<String> before, Set<String> after, String of, List<Change> changes) {
        Set<String> gone = new LinkedHashSet<>(before);
        gone.removeAll(after);
        Set<String> come = new LinkedHashSet<>(after);
        come.removeAll(before);
        if (gone.isEmpty() && come.isEmpty()) {
            return;
        }
        // Less is asked of others, or more is given: what they have goes on working.
        boolean harmless = Set.of(ABSTRACT, FINAL, SEALED, PROVIDER, "protected").containsAll(gone)
                && Set.of(DEFAULT).containsAll(come);
        changes.add(new Change(harmless ? Step.MINOR : Step.MAJOR,
                "~ " + line(before, of) + ", now " + (after.isEmpty() ? "without that" : String.join(" ", after))));
    }

    /** Names of types as they are written in their package. */
    private record Names(String home) {
        String of(Type type) {
            return type.getTypeName().replaceAll("\\bjava\\.lang\\.(?=[A-Z])", "")
                    .replaceAll("\\b" + home.replace(".", "\\.") + "\\.(?=[A-Z])", "");
        }

        String arguments(Executable executable) {
            return Arrays.stream(executable.getGenericParameterTypes()).map(this::of)
                    .collect(Collectors.joining(", "));
        }

        String failures(Executable executable) {
            String list = Arrays.stream(executable.getGenericExceptionTypes()).map(this::of).sorted()
                    .collect(Collectors.joining(", "));
            return list.isEmpty() ? "" : " throws " + list;
        }

        String parameters(GenericDeclaration declaration) {
            String list = Arrays.stream(declaration.getTypeParameters()).map(this::parameter)
                    .collect(Collectors.joining(", "));
            return list.isEmpty() ? "" : "<" + list + "> ";
        }

        private String parameter(TypeVariable<?> variable) {
            String bounds = Arrays.stream(variable.getBounds()).map(this::of).filter(bound -> !bound.equals("Object"))
                    .collect(Collectors.joining(" & "));
            return bounds.isEmpty() ? variable.getName() : variable.getName() + " extends " + bounds;
        }
    }
}
