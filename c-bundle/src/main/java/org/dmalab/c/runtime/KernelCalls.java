package org.dmalab.c.runtime;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collections;

import org.dmalab.api.cpu.Cpu;

/**
 * Finds what an import of a module stands for: {@code cpu}: a method of {@link Cpu}; {@code seam}: a method of the
 * variant itself, so that what the C text does not define goes on in the base kernel; {@code lab}: {@link LabCalls};
 * else a public static method of the class that the import's module names, whose first parameter is the Cpu.
 *
 * <p>Numbers cross as they are: an {@code int} of C is zero-extended where Java takes a long, an enum is its ordinal, a
 * boolean 0 or 1.
 */
final class KernelCalls {
    static final String CPU = "cpu";
    static final String SEAM = "seam";
    static final String LAB = "lab";
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();
    private static final MethodHandle CONSTANT = own("constantOf",
            MethodType.methodType(Object.class, Object[].class, long.class));
    private static final MethodHandle TRUE = own("isTrue", MethodType.methodType(boolean.class, long.class));

    private final ClassLoader loader;
    private final Class<?> seam;

    /** Whose classes an import may name, and what its variant implements. */
    KernelCalls(ClassLoader loader, Class<?> seam) {
        this.loader = loader;
        this.seam = seam;
    }

    /**
     * One import: takes the variant, the Cpu and as many numbers as the C function has parameters.
     *
     * @param target of type {@code (Object, Cpu, long[])long}
     */
    record Call(MethodHandle target) {
        long invoke(Object variant, Cpu cpu, long[] arguments) throws Throwable {
            return (long) target.invokeExact(variant, cpu, arguments);
        }
    }

    /**
     * Finds it.
     *
     * @throws IllegalArgumentException if there is no such method
     */
    Call find(String module, String name, int parameters) {
        try {
            return switch (module) {
                case CPU -> method(Cpu.class, name, parameters, false);
                case SEAM -> method(seam, name, parameters, true);
                default -> method(Class.forName(allowed(module, name), false, loader), name, parameters, true);
            };
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("its headers name the class " + module + ", which there is not", e);
        }
    }

    /** Only classes of the architecture are kernel code: nothing else of the JVM can be reached from C text. */
    private String allowed(String module, String name) {
        String seamPackage = seam.getPackageName();
        if (!module.startsWith(seamPackage.substring(0, seamPackage.lastIndexOf('.') + 1))) {
            throw new IllegalArgumentException("it calls " + name + " of " + module + ", which is no kernel code");
        }
        return module;
    }

    private Call method(Class<?> owner, String name, int parameters, boolean takesCpu) {
        Method found = find(owner, name, parameters, takesCpu);
        boolean withCpu = takesCpu && found != null;
        found = found == null && takesCpu ? find(owner, name, parameters, false) : found;
        if (found == null) {
            throw new IllegalArgumentException("its headers name " + owner.getName() + "." + name + " with "
                    + parameters + " numbers, which there is not");
        }
        try {
            return new Call(adapt(found, withCpu, owner == Cpu.class));
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException(owner.getName() + "." + name + " is not public", e);
        }
    }

    private static Method find(Class<?> owner, String name, int parameters, boolean takesCpu) {
        int first = takesCpu ? 1 : 0;
        return Arrays.stream(owner.getMethods())
                .filter(method -> method.getName().equals(name) && !method.isBridge())
                .filter(method -> method.getParameterCount() == parameters + first)
                .filter(method -> !takesCpu || method.getParameterTypes()[0] == Cpu.class)
                .filter(method -> Arrays.stream(method.getParameterTypes()).skip(first)
                        .allMatch(KernelCalls::isNumber))
                .findFirst().orElse(null);
    }

    private static boolean isNumber(Class<?> type) {
        return type == long.class || type == int.class || type == boolean.class || type.isEnum();
    }

    /** From any of (T...)R, (Cpu, T...)R, (seam, T...)R and (seam, Cpu, T...)R to (Object, Cpu, long[])long. */
    private static MethodHandle adapt(Method method, boolean takesCpu, boolean ofCpu) throws IllegalAccessException {
        MethodHandle handle = LOOKUP.unreflect(method);
        boolean isStatic = Modifier.isStatic(method.getModifiers());
        Class<?>[] types = method.getParameterTypes();
        int first = takesCpu ? 1 : 0;
        int numbers = types.length - first;
        int position = handle.type().parameterCount() - numbers;
        for (int i = 0; i < numbers; i++) {
            handle = number(handle, position + i, types[first + i]);
        }
        handle = result(handle, method.getReturnType());
        if (isStatic || ofCpu) {
            handle = MethodHandles.dropArguments(handle, 0, Object.class); // the receiver is nobody, or the Cpu itself
        }
        if (!takesCpu && !ofCpu) {
            handle = MethodHandles.dropArguments(handle, 1, Cpu.class);
        }
        return handle.asType(MethodType.methodType(long.class, Object.class, Cpu.class)
                .appendParameterTypes(Collections.nCopies(numbers, long.class))).asSpreader(long[].class, numbers);
    }

    private static MethodHandle number(MethodHandle handle, int position, Class<?> type) {
        if (type == long.class) {
            return handle;
        }
        MethodHandle filter;
        if (type.isEnum()) {
            filter = CONSTANT.bindTo(type.getEnumConstants()).asType(MethodType.methodType(type, long.class));
        } else if (type == boolean.class) {
            filter = TRUE;
        } else {
            filter = MethodHandles.explicitCastArguments(MethodHandles.identity(type),
                    MethodType.methodType(type, long.class));
        }
        return MethodHandles.filterArguments(handle, position, filter);
    }

    private static MethodHandle result(MethodHandle handle, Class<?> type) {
        if (type == long.class) {
            return handle;
        }
        if (type == void.class) {
            return MethodHandles.filterReturnValue(handle, MethodHandles.constant(long.class, 0L));
        }
        if (type.isEnum()) {
            throw new IllegalArgumentException("a kernel function that returns " + type.getName());
        }
        return MethodHandles.filterReturnValue(handle, MethodHandles.explicitCastArguments(
                MethodHandles.identity(long.class), MethodType.methodType(long.class, type)));
    }

    @SuppressWarnings("UnusedMethod") // found by its name
    private static boolean isTrue(long value) {
        return value != 0;
    }

    private static MethodHandle own(String name, MethodType type) {
        try {
            return MethodHandles.lookup().findStatic(KernelCalls.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("UnusedMethod") // found by its name
    private static Object constantOf(Object[] constants, long ordinal) {
        if (ordinal < 0 || ordinal >= constants.length) {
            throw new CFault("the number " + ordinal + " for a " + constants[0].getClass().getSimpleName());
        }
        return constants[(int) ordinal];
    }
}
