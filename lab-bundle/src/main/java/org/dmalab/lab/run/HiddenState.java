package org.dmalab.lab.run;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.dmalab.api.service.Binding;
import org.dmalab.api.service.ServiceKind;

/**
 * Looks for fields in which a variant could remember something: every field must be final and of a type that cannot
 * change: a primitive, String, enum, a handle of the api, or a record or final class of these.
 */
final class HiddenState {
    private static final String API = "org.dmalab.api.";

    private HiddenState() { }

    /** What is wrong with the classes of the service objects; empty if nothing is. */
    static Optional<String> of(Binding binding) {
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
        for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (field.isSynthetic() && Modifier.isStatic(field.getModifiers())) {
                    continue; // made by the compiler or a coverage agent
                }
                if (!Modifier.isFinal(field.getModifiers())) {
                    return Optional.of("class " + at.getName() + " can keep state in field " + field.getName()
                            + ", which is not final");
                }
                if (!fixed(field.getType(), new HashSet<>())) {
                    return Optional.of("class " + at.getName() + " can keep state in field " + field.getName()
                            + ", because a " + field.getType().getTypeName() + " can change");
                }
            }
        }
        return Optional.empty();
    }

    /** Tells whether no object of a type can change. */
    private static boolean fixed(Class<?> type, Set<Class<?>> seen) {
        if (type.isPrimitive() || type == String.class || type.isEnum() || type.getName().startsWith(API)
                || !seen.add(type)) {
            return true;
        }
        if (type.isRecord()) {
            return Stream.of(type.getRecordComponents()).map(RecordComponent::getType).allMatch(t -> fixed(t, seen));
        }
        if (type.isSealed()) {
            return Stream.of(type.getPermittedSubclasses()).allMatch(t -> fixed(t, seen));
        }
        if (type.isArray() || type.isInterface() || !Modifier.isFinal(type.getModifiers())) {
            return false;
        }
        for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                boolean own = !Modifier.isStatic(field.getModifiers());
                if (own && !(Modifier.isFinal(field.getModifiers()) && fixed(field.getType(), seen))) {
                    return false;
                }
            }
        }
        return true;
    }
}
