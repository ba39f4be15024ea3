package org.dmalab.lab.guard;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.dmalab.api.kernel.Struct;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Reads a class of a variant's bundle, refuses it if it refers to what no patch may use, and counts its loops: each
 * method, and each jump backwards, first calls {@link Loops#turn}. What it prints to standard output goes to standard
 * error, where remarks belong.
 */
final class PatchClass {
    private static final int API = Opcodes.ASM9;
    private static final String STRUCT = Type.getInternalName(Struct.class);
    /** What a layout grows by. */
    private static final Set<String> DECLARES = Set.of("field", "array", "at");
    private static final String OUTPUT = Type.getInternalName(PatchOutput.class);
    private static final String LOOPS = Type.getInternalName(Loops.class);

    private PatchClass() { }

    /** Which classes belong to the bundle and which come from where. */
    interface Surroundings {
        /**
         * Says why the code of the bundle may not use a class that is not of the Java library.
         *
         * @param type its name, with slashes
         * @return what it is, in words; null if it may be used
         */
        String objection(String type);
    }

    /**
     * Checks and weaves a class.
     *
     * @throws UnusableVariant if it does what no patch may do
     */
    static byte[] weave(byte[] bytes, Surroundings surroundings) {
        try {
            ClassReader reader = new ClassReader(bytes);
            ClassWriter writer = new ClassWriter(reader, 0);
            reader.accept(new Check(writer, surroundings), 0);
            return writer.toByteArray();
        } catch (UnusableVariant e) {
            throw e;
        } catch (RuntimeException e) { // ASM has many, for what it does not know and for what is too large
            throw new UnusableVariant("a class cannot be read: " + e.getMessage());
        }
    }

    /** One class. */
    private static final class Check extends ClassVisitor {
        private final Surroundings surroundings;
        private final List<String> above = new ArrayList<>();
        private String name = "?";
        private String file = "?";

        Check(ClassVisitor next, Surroundings surroundings) {
            super(API, next);
            this.surroundings = surroundings;
        }

        @Override
        public void visit(int version, int access, String newName, String signature, String superName,
                String[] interfaces) {
            name = newName;
            if (superName != null) {
                above.add(superName);
            }
            above.addAll(List.of(interfaces == null ? new String[0] : interfaces));
            super.visit(version, access, newName, signature, superName, interfaces);
        }

        /** Now it is known which file it is. */
        @Override
        public void visitEnd() {
            above.forEach(type -> type(type, 0));
            super.visitEnd();
        }

        @Override
        public void visitSource(String source, String debug) {
            file = source;
            super.visitSource(source, debug);
        }

        @Override
        public MethodVisitor visitMethod(int access, String method, String descriptor, String signature,
                String[] exceptions) {
            if ((access & Opcodes.ACC_NATIVE) != 0) {
                throw refused("has a native method " + method, 0);
            }
            if ((access & Opcodes.ACC_SYNCHRONIZED) != 0) {
                throw refused("has a synchronized method " + method + ", and nothing of a patch is shared", 0);
            }
            if (method.equals("finalize") && descriptor.equals("()V")) {
                throw refused("has a method finalize, which another thread calls", 0);
            }
            return new Code(super.visitMethod(access, method, descriptor, signature, exceptions), this,
                    method.equals("<clinit>"));
        }

        UnusableVariant refused(String what, int line) {
            return new UnusableVariant("class " + name.replace('/', '.') + ' ' + what + " (" + file
                    + (line > 0 ? ":" + line : "") + ")");
        }

        private UnusableVariant refers(String what, String why, int line) {
            return refused("refers to " + what.replace('/', '.') + ", " + why, line);
        }

        private static String refused(boolean allowed) {
            return allowed ? null : "which no patch may use";
        }

        /** A class named as a type. */
        void type(String type, int line) {
            String element = type;
            if (type.startsWith("[")) {
                Type of = Type.getType(type).getElementType();
                if (of.getSort() != Type.OBJECT) {
                    return;
                }
                element = of.getInternalName();
            }
            String why = element.startsWith("java/") ? refused(PatchRules.typeOfJava(element))
                    : surroundings.objection(element);
            if (why != null) {
                throw refers(element, why, line);
            }
        }

        /** A method that is called or a field that is used. */
        void member(String owner, String member, int line) {
            if (owner.startsWith("[")) {
                if (!member.equals("clone")) {
                    throw refers(owner + '.' + member, refused(false), line);
                }
                type(owner, line);
                return;
            }
            String why = owner.startsWith("java/") ? refused(PatchRules.ofJava(owner, member))
                    : surroundings.objection(owner);
            if (why == null) {
                why = refused(!ofObject(member));
            }
            if (why != null) {
                throw refers(owner + '.' + member, why, line);
            }
        }

        /** What tells code who runs it: objects have it by inheritance, whatever class it is called by. */
        private static boolean ofObject(String member) {
            return member.equals("getClass") || member.equals("notifyAll") || member.equals("getDeclaringClass")
                    || member.equals("getStackTrace");
        }

        void constant(Object value, int line) {
            if (value instanceof Type type && type.getSort() >= Type.ARRAY && type.getSort() <= Type.OBJECT) {
                type(type.getInternalName(), line);
            } else if (value instanceof Handle handle) {
                member(handle.getOwner(), handle.getName(), line);
            } else if (value instanceof ConstantDynamic dynamic) {
                bootstrap(dynamic.getBootstrapMethod(), line);
            }
        }

        void bootstrap(Handle method, int line) {
            if (!PatchRules.bootstrap(method.getOwner(), method.getName())) {
                throw refers(method.getOwner() + '.' + method.getName(), "which no patch may use", line);
            }
        }
    }

    /** The code of one method. */
    private static final class Code extends MethodVisitor {
        private final Check check;
        /** Whether it is what makes the constants of the class. */
        private final boolean initializer;
        private final Set<Label> passed = new HashSet<>();
        private int line;
        /** The head of the method is counted at its first instruction, so that it has a line. */
        private boolean begun;

        Code(MethodVisitor next, Check check, boolean initializer) {
            super(API, next);
            this.check = check;
            this.initializer = initializer;
        }

        private void begin() {
            if (!begun) {
                count();
            }
        }

        private void count() {
            begun = true;
            super.visitMethodInsn(Opcodes.INVOKESTATIC, LOOPS, "turn", "()V", false);
        }

        @Override
        public void visitLineNumber(int newLine, Label start) {
            line = newLine;
            super.visitLineNumber(newLine, start);
        }

        @Override
        public void visitLabel(Label label) {
            passed.add(label);
            super.visitLabel(label);
        }

        @Override
        public void visitJumpInsn(int opcode, Label label) {
            begin();
            if (passed.contains(label)) {
                count();
            }
            super.visitJumpInsn(opcode, label);
        }

        @Override
        public void visitTableSwitchInsn(int min, int max, Label other, Label... labels) {
            begin();
            countSwitch(other, labels);
            super.visitTableSwitchInsn(min, max, other, labels);
        }

        @Override
        public void visitLookupSwitchInsn(Label other, int[] keys, Label[] labels) {
            begin();
            countSwitch(other, labels);
            super.visitLookupSwitchInsn(other, keys, labels);
        }

        private void countSwitch(Label other, Label... labels) {
            boolean backwards = passed.contains(other);
            for (Label label : labels) {
                backwards |= passed.contains(label);
            }
            if (backwards) {
                count();
            }
        }

        @Override
        public void visitInsn(int opcode) {
            begin();
            if (opcode == Opcodes.MONITORENTER) {
                throw check.refused("is synchronized, and nothing of a patch is shared", line);
            }
            super.visitInsn(opcode);
        }

        @Override
        public void visitIntInsn(int opcode, int operand) {
            begin();
            super.visitIntInsn(opcode, operand);
        }

        @Override
        public void visitVarInsn(int opcode, int variable) {
            begin();
            super.visitVarInsn(opcode, variable);
        }

        @Override
        public void visitIincInsn(int variable, int increment) {
            begin();
            super.visitIincInsn(variable, increment);
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            begin();
            check.type(type, line);
            super.visitTypeInsn(opcode, type);
        }

        @Override
        public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
            begin();
            check.type(descriptor, line);
            super.visitMultiANewArrayInsn(descriptor, dimensions);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            begin();
            check.member(owner, name, line);
            if (owner.equals("java/lang/System")) { // out or err
                super.visitMethodInsn(Opcodes.INVOKESTATIC, OUTPUT, "stream", "()Ljava/io/PrintStream;", false);
            } else {
                super.visitFieldInsn(opcode, owner, name, descriptor);
            }
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean ofInterface) {
            begin();
            check.member(owner, name, line);
            if (!initializer && owner.equals(STRUCT) && DECLARES.contains(name)) {
                throw check.refused("declares a field of a struct where it may be done again and again, expected in"
                        + " the initializer of a constant", line);
            }
            super.visitMethodInsn(opcode, owner, name, descriptor, ofInterface);
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
            begin();
            check.bootstrap(bootstrap, line);
            for (Object argument : arguments) {
                check.constant(argument, line);
            }
            super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
        }

        @Override
        public void visitLdcInsn(Object value) {
            begin();
            check.constant(value, line);
            super.visitLdcInsn(value);
        }

        @Override
        public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
            if (type != null) {
                check.type(type, line);
            }
            super.visitTryCatchBlock(start, end, handler, type);
        }
    }
}
