package org.dmalab.lab.guard;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Refuses a class that calls {@code Runtime.halt}, of whatever bundle that is none of the platform: an exit is noticed
 * by the platform's shutdown hook, which ends the process with 3 and a message, and a halt by nobody. What is called by
 * reflection is not seen.
 */
final class EndsWithoutAWord extends ClassVisitor {
    private static final int API = Opcodes.ASM9;
    private String name = "?";
    private String file = "?";

    private EndsWithoutAWord() {
        super(API);
    }

    /** Reads a class; what ASM cannot read, the JVM does not load either, or is none of ours. */
    static void refuse(byte[] bytes) {
        ClassReader reader;
        try {
            reader = new ClassReader(bytes);
        } catch (RuntimeException e) {
            return;
        }
        reader.accept(new EndsWithoutAWord(), ClassReader.SKIP_FRAMES);
    }

    @Override
    public void visit(int version, int access, String newName, String signature, String superName,
            String[] interfaces) {
        name = newName.replace('/', '.');
    }

    @Override
    public void visitSource(String source, String debug) {
        file = source;
    }

    @Override
    public MethodVisitor visitMethod(int access, String method, String descriptor, String signature,
            String[] exceptions) {
        return new MethodVisitor(API) {
            private int line;

            @Override
            public void visitLineNumber(int at, Label start) {
                line = at;
            }

            @Override
            public void visitMethodInsn(int opcode, String owner, String called, String of, boolean isInterface) {
                look(owner, called, line);
            }

            @Override
            public void visitInvokeDynamicInsn(String of, String type, Handle bootstrap, Object... arguments) {
                for (Object argument : arguments) {
                    if (argument instanceof Handle handle) {
                        look(handle.getOwner(), handle.getName(), line);
                    }
                }
            }
        };
    }

    private void look(String owner, String called, int line) {
        if (owner.equals("java/lang/Runtime") && called.equals("halt")) {
            throw new UnusableVariant("class " + name + " calls java.lang.Runtime.halt, which ends the process without"
                    + " a word (" + file + ":" + line + ")");
        }
    }
}
