package org.dmalab.c.build;

import java.lang.reflect.Method;
import java.util.List;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.c.CText;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Writes the class of a C variant: it implements the seam, and each of its methods is one call of {@link CText}. */
final class VariantClass {
    private static final String CALL = "call";
    private static final String CALL_TYPE = Type.getMethodDescriptor(Type.LONG_TYPE, Type.getType(Object.class),
            Type.INT_TYPE, Type.getType(Cpu.class), Type.getType(long[].class));

    private VariantClass() { }

    /**
     * Writes it.
     *
     * @param name full name
     * @param base what it implements, or the class that it extends
     * @param methods those that go to C, by their numbers
     * @return the class file
     */
    static byte[] write(String name, Class<?> base, List<Method> methods) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS | ClassWriter.COMPUTE_FRAMES);
        String above = base.isInterface() ? "java/lang/Object" : Type.getInternalName(base);
        writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, name.replace('.', '/'),
                null, above, base.isInterface() ? new String[] {Type.getInternalName(base)} : null);
        MethodVisitor made = writer.visitMethod(Opcodes.ACC_PUBLIC, "<init>", "()V", null, null);
        made.visitCode();
        made.visitVarInsn(Opcodes.ALOAD, 0);
        made.visitMethodInsn(Opcodes.INVOKESPECIAL, above, "<init>", "()V", false);
        made.visitInsn(Opcodes.RETURN);
        made.visitMaxs(0, 0);
        made.visitEnd();
        for (int i = 0; i < methods.size(); i++) {
            method(writer, methods.get(i), i);
        }
        writer.visitEnd();
        return writer.toByteArray();
    }

    private static void method(ClassWriter writer, Method method, int number) {
        MethodVisitor code = writer.visitMethod(Opcodes.ACC_PUBLIC, method.getName(),
                Type.getMethodDescriptor(method), null, null);
        Class<?>[] types = method.getParameterTypes();
        boolean takesCpu = types.length > 0 && types[0] == Cpu.class;
        int first = takesCpu ? 1 : 0;
        code.visitCode();
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitLdcInsn(number);
        if (takesCpu) {
            code.visitVarInsn(Opcodes.ALOAD, 1);
        } else {
            code.visitInsn(Opcodes.ACONST_NULL);
        }
        code.visitLdcInsn(types.length - first);
        code.visitIntInsn(Opcodes.NEWARRAY, Opcodes.T_LONG);
        int slot = 1 + first;
        for (int i = first; i < types.length; i++) {
            code.visitInsn(Opcodes.DUP);
            code.visitLdcInsn(i - first);
            code.visitVarInsn(Type.getType(types[i]).getOpcode(Opcodes.ILOAD), slot);
            widen(code, types[i]);
            code.visitInsn(Opcodes.LASTORE);
            slot += Type.getType(types[i]).getSize();
        }
        code.visitMethodInsn(Opcodes.INVOKESTATIC, Type.getInternalName(CText.class), CALL, CALL_TYPE, false);
        give(code, method.getReturnType());
        code.visitMaxs(0, 0);
        code.visitEnd();
    }

    private static void widen(MethodVisitor code, Class<?> type) {
        if (type.isEnum()) {
            code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/Enum", "ordinal", "()I", false);
            code.visitInsn(Opcodes.I2L);
        } else if (type != long.class) {
            code.visitInsn(Opcodes.I2L);
        }
    }

    private static void give(MethodVisitor code, Class<?> type) {
        if (type == void.class) {
            code.visitInsn(Opcodes.POP2);
            code.visitInsn(Opcodes.RETURN);
        } else if (type == long.class) {
            code.visitInsn(Opcodes.LRETURN);
        } else if (type == boolean.class) {
            code.visitInsn(Opcodes.LCONST_0);
            code.visitInsn(Opcodes.LCMP);
            code.visitInsn(Opcodes.DUP);
            code.visitInsn(Opcodes.IMUL);
            code.visitInsn(Opcodes.IRETURN);
        } else {
            code.visitInsn(Opcodes.L2I);
            code.visitInsn(Opcodes.IRETURN);
        }
    }

    /** Tells whether a method's parameters and result can cross. */
    static boolean canCross(Method method) {
        Class<?> result = method.getReturnType();
        boolean returns = result == void.class || result == long.class || result == int.class
                || result == boolean.class;
        for (int i = 0; i < method.getParameterCount(); i++) {
            Class<?> type = method.getParameterTypes()[i];
            returns &= type == Cpu.class || type == long.class || type == int.class || type == boolean.class
                    || type.isEnum();
        }
        return returns;
    }
}
