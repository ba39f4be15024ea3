package org.dmalab.lab;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.dmalab.api.kernel.KernelFunction;

/**
 * The C functions that Java methods stand for, by {@link KernelFunction}. A method that overrides one with a name, of a
 * class or an interface, stands for the same function; a lambda for the method that it is written in. Nothing is
 * remembered, so no class of a variant is held.
 */
public final class KernelFunctions {
    private static final String LAMBDA = "lambda$";

    private KernelFunctions() { }

    /** Where a frame stands: {@code tce_setrange_multi_pSeriesLP (TceRange.java:55)}, {@code TceRange.java:55}. */
    public static String place(StackWalker.StackFrame frame) {
        String line = frame.getFileName() + ":" + frame.getLineNumber();
        return of(frame).map(name -> name + " (" + line + ")").orElse(line);
    }

    /**
     * A frame of a stack; without a C name with class and method: {@code MemoryHotplug.online (MemoryHotplug.java:9)}.
     */
    public static String frame(StackWalker.StackFrame frame) {
        String type = frame.getClassName();
        return of(frame).orElse(type.substring(type.lastIndexOf('.') + 1) + '.' + frame.getMethodName()) + " ("
                + frame.getFileName() + ':' + frame.getLineNumber() + ')';
    }

    /** The C function of a frame, which must have been walked with its class. */
    public static Optional<String> of(StackWalker.StackFrame frame) {
        if (frame.getFileName() != null && !frame.getFileName().endsWith(".java")) {
            return Optional.of(frame.getMethodName()); // C text, whose methods have its names
        }
        Class<?> type = frame.getDeclaringClass();
        String name = frame.getMethodName();
        if (name.startsWith(LAMBDA)) {
            String written = name.substring(LAMBDA.length(), Math.max(LAMBDA.length(), name.lastIndexOf('$')));
            List<String> names = methods(type).filter(method -> method.getName().equals(written))
                    .flatMap(method -> of(method).stream()).distinct().toList();
            return names.size() == 1 ? Optional.of(names.get(0)) : Optional.empty();
        }
        return methods(type).filter(method -> method.getName().equals(name)
                        && frame.getMethodType().returnType() == method.getReturnType()
                        && Arrays.equals(frame.getMethodType().parameterArray(), method.getParameterTypes()))
                .findFirst().flatMap(KernelFunctions::of);
    }

    /** The C function that a method stands for. */
    public static Optional<String> of(Method method) {
        return named(method).or(() -> overridden(method));
    }

    /** The C functions that a class replaces: those of its methods that override one with a C name, by name. */
    public static List<String> replacedBy(Class<?> type) {
        Set<String> names = new TreeSet<>();
        for (Class<?> one : withSupertypes(type)) {
            methods(one).filter(method -> !Modifier.isAbstract(method.getModifiers()))
                    .forEach(method -> overridden(method).ifPresent(names::add));
        }
        return List.copyOf(names);
    }

    private static Optional<String> named(Method method) {
        KernelFunction function = method.getAnnotation(KernelFunction.class);
        return Optional.ofNullable(function).map(one -> one.value().isEmpty() ? method.getName() : one.value());
    }

    /** The C function of the method that a method overrides. */
    private static Optional<String> overridden(Method method) {
        if (Modifier.isStatic(method.getModifiers()) || Modifier.isPrivate(method.getModifiers())) {
            return Optional.empty();
        }
        return withSupertypes(method.getDeclaringClass()).stream().skip(1).flatMap(KernelFunctions::methods)
                .filter(above -> above.getName().equals(method.getName()) && !Modifier.isStatic(above.getModifiers())
                        && Arrays.equals(above.getParameterTypes(), method.getParameterTypes()))
                .flatMap(above -> named(above).stream()).findFirst();
    }

    private static Stream<Method> methods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods()).filter(method -> !method.isSynthetic());
    }

    /** The class itself, then its superclasses, then all interfaces, nearest first. */
    private static Set<Class<?>> withSupertypes(Class<?> type) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> one = type; one != null && one != Object.class; one = one.getSuperclass()) {
            all.add(one);
        }
        for (Class<?> one : List.copyOf(all)) {
            addInterfaces(one, all);
        }
        return all;
    }

    private static void addInterfaces(Class<?> type, Set<Class<?>> all) {
        for (Class<?> one : type.getInterfaces()) {
            all.add(one);
            addInterfaces(one, all);
        }
    }
}
