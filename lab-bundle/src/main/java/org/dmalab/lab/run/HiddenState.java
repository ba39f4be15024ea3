package org.dmalab.lab.run;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.dmalab.api.kernel.Struct;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Variant;

/**
 * Looks for fields in which a variant could remember something. Every field of its own class must be final and of a
 * type that cannot change: a primitive or its box, String, {@link Struct}, or an enum, record or final class all of
 * whose own fields are final and of such a type. Of the classes that it reaches (those that its bundle has and its code
 * names, and theirs) the same holds for static fields, where a list that cannot change is allowed too. Nothing else is:
 * no array, interface, store, region, nor any other object of the Java library or of the api.
 */
public final class HiddenState {
    /** Besides primitives, enums and records. A layout is declared when its class is made, and the guard sees to it. */
    private static final Set<Class<?>> CONSTANTS = Set.of(String.class, Struct.class, Long.class, Integer.class,
            Short.class, Byte.class, Character.class, Boolean.class, Double.class, Float.class);
    private static final String API = "org.dmalab.api.";
    private static final ClassLoader API_LOADER = Variant.class.getClassLoader();
    /** More than any bundle has that is meant; a hostile one ends here. */
    private static final int MAX_CLASSES = 4096;
    /** What was found, kept with the class itself, so that a removed variant takes it along. */
    private static final ClassValue<Optional<String>> FOUND = new ClassValue<>() {
        @Override
        protected Optional<String> computeValue(Class<?> type) {
            return look(type);
        }
    };

    private HiddenState() { }

    /**
     * What is wrong with the classes of the service objects; empty if nothing is.
     *
     * @throws org.dmalab.lab.guard.UnusableVariant if a class that they reach was refused when it was loaded
     */
    public static Optional<String> of(Binding binding) {
        for (ServiceKind kind : ServiceKind.values()) {
            Object object = binding.get(kind);
            Optional<String> found = object == null ? Optional.empty() : of(object.getClass());
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    static Optional<String> of(Class<?> type) {
        return FOUND.get(type);
    }

    private static Optional<String> look(Class<?> type) {
        Set<Class<?>> own = new LinkedHashSet<>();
        for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
            own.add(at);
        }
        Set<Class<?>> reached = new LinkedHashSet<>(own);
        Deque<Class<?>> next = new ArrayDeque<>(own);
        while (!next.isEmpty() && reached.size() < MAX_CLASSES) {
            Class<?> at = next.remove();
            Optional<String> found = fields(at, own.contains(at));
            if (found.isPresent()) {
                return found;
            }
            ClassNames.of(at).stream().filter(named -> !ofApi(named)).filter(reached::add)
                    .forEach(next::add);
        }
        return Optional.empty();
    }

    private static Optional<String> fields(Class<?> type, boolean own) {
        for (Field field : type.getDeclaredFields()) {
            boolean isStatic = Modifier.isStatic(field.getModifiers());
            if ((field.isSynthetic() && isStatic) || (!own && !isStatic)) {
                continue; // made by the compiler or a coverage agent; or an object that lives as long as a call
            }
            if (!Modifier.isFinal(field.getModifiers())) {
                return Optional.of("class " + type.getName() + " can keep state in field " + field.getName()
                        + ", which is not final");
            }
            if (!fixed(field.getType(), new HashSet<>()) && !(isStatic && fixedList(field))) {
                return Optional.of("class " + type.getName() + " can keep state in field " + field.getName()
                        + ", because a " + field.getType().getTypeName() + " can change");
            }
        }
        return Optional.empty();
    }

    /** A constant list as List.of makes it, whose elements cannot change. */
    private static boolean fixedList(Field field) {
        if (field.getType() != List.class || !field.trySetAccessible()) {
            return false;
        }
        try {
            List<?> list = (List<?>) field.get(null);
            return list != null && list.getClass().getName().startsWith("java.util.ImmutableCollections$")
                    && list.stream().allMatch(element -> fixed(element.getClass(), new HashSet<>()));
        } catch (IllegalAccessException | LinkageError e) {
            return false;
        }
    }

    /** A bundle may call a package of its own like one of the api, and is not looked at less for that. */
    private static boolean ofApi(Class<?> type) {
        return type.getClassLoader() == API_LOADER && type.getName().startsWith(API);
    }

    /** Tells whether no object of a type can change: a list of what is allowed, nothing else is. */
    private static boolean fixed(Class<?> type, Set<Class<?>> seen) {
        if (type.isPrimitive() || CONSTANTS.contains(type) || !seen.add(type)) {
            return true;
        }
        if (type.isEnum()) {
            return fixedEnum(type, seen);
        }
        if (type.isRecord()) {
            return Stream.of(type.getRecordComponents()).map(RecordComponent::getType).allMatch(t -> fixed(t, seen));
        }
        if (type.isSealed()) {
            return Stream.of(type.getPermittedSubclasses()).allMatch(t -> fixed(t, seen));
        }
        if (type.isArray() || type.isInterface() || !Modifier.isFinal(type.getModifiers()) || ofJava(type)
                || ofApi(type)) {
            return false;
        }
        for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
            if (!fixedFields(at, seen)) {
                return false;
            }
        }
        return true;
    }

    /** Its constants live as long as its class; one with a body has a class of its own. */
    private static boolean fixedEnum(Class<?> type, Set<Class<?>> seen) {
        if (!fixedFields(type, seen)) {
            return false;
        }
        return Modifier.isFinal(type.getModifiers())
                || (type.isSealed()
                        && Stream.of(type.getPermittedSubclasses()).allMatch(body -> fixedFields(body, seen)));
    }

    private static boolean fixedFields(Class<?> type, Set<Class<?>> seen) {
        for (Field field : type.getDeclaredFields()) {
            boolean own = !Modifier.isStatic(field.getModifiers());
            if (own && !(Modifier.isFinal(field.getModifiers()) && fixed(field.getType(), seen))) {
                return false;
            }
        }
        return true;
    }

    private static boolean ofJava(Class<?> type) {
        return type.getName().startsWith("java.") || type.getClassLoader() == null;
    }
}
