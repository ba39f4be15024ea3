package org.dmalab.c.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Set;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.Frame;
import org.objectweb.asm.tree.analysis.SourceInterpreter;
import org.objectweb.asm.tree.analysis.SourceValue;
import run.endive.runtime.Memory;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.Instruction;
import run.endive.wasm.types.NameCustomSection;
import run.endive.wasm.types.UnknownCustomSection;

/**
 * Changes the classes that the WebAssembly compiler made: base and offset of an address are added with 32 bits (the
 * compiler drops the offset if the base is 2 GiB or more); functions get their C names, files and lines; loops are
 * counted; the half of a pointer that C code would lose is looked at.
 */
final class TextRewriter {
    private static final String FUNCTION = "func_";
    private static final String INDIRECT = "call_indirect_";
    private static final String READ = "memoryRead";
    private static final String WRITE = "memoryWrite";
    private static final String ADDRESS = "getAddr";
    private static final String ADDRESS_TYPE = "(II)I";
    private static final String TURN = "checkInterruption";
    private static final String MEMORY = Type.getDescriptor(Memory.class);
    private static final String LAB_MEMORY = Type.getInternalName(LabMemory.class);
    private static final int NEVER = -1;
    private static final int HEADER_BYTES = 8;
    private static final int CODE_SECTION = 10;
    private static final long LARGER_THAN_STRUCTURES = 1L << 20;
    private static final long TWO_GIB = 1L << 31;

    private final WasmModule module;
    private final LineTable lines;
    private final int imports;
    private final int codeStart;
    /** Offsets of 2 GiB or more, which the compiler takes for an error; it gets the rest above 2 GiB. */
    private final Map<Instruction, Integer> farOffsets = new IdentityHashMap<>();
    /** Accesses whose offset is an address by itself: of a variable or constant of the module. */
    private final Set<Instruction> absolute = Collections.newSetFromMap(new IdentityHashMap<>());
    private int repaired;

    TextRewriter(WasmModule module, byte[] bytes) {
        this.module = module;
        this.codeStart = codeStart(bytes);
        this.lines = LineTable.read(module.customSection(".debug_line") instanceof UnknownCustomSection section
                ? section.bytes() : new byte[0]);
        int count = 0;
        for (int i = 0; i < module.importSection().importCount(); i++) {
            count += module.importSection().getImport(i) instanceof FunctionImport ? 1 : 0;
        }
        this.imports = count;
        for (int i = 0; i < module.codeSection().functionBodyCount(); i++) {
            module.codeSection().getFunctionBody(i).instructions().forEach(this::shorten);
        }
    }

    /** Where the content of the code section begins: DWARF counts addresses from there. */
    private static int codeStart(byte[] bytes) {
        int at = HEADER_BYTES;
        while (at < bytes.length) {
            int id = bytes[at++];
            int size = 0;
            for (int shift = 0;; shift += 7) {
                byte part = bytes[at++];
                size |= (part & 0x7f) << shift;
                if (part >= 0) {
                    break;
                }
            }
            if (id == CODE_SECTION) {
                return at;
            }
            at += size;
        }
        return 0;
    }

    private void shorten(Instruction instruction) {
        String kind = kind(instruction);
        boolean access = kind.equals(READ) || kind.equals(WRITE);
        if (access && instruction.operand(1) >= LARGER_THAN_STRUCTURES) {
            absolute.add(instruction);
        }
        if (access && instruction.operand(1) >= TWO_GIB) {
            farOffsets.put(instruction, (int) instruction.operand(1));
            instruction.setOperand(1, instruction.operand(1) - TWO_GIB);
        }
    }

    /** All are changed when all classes have been. */
    void requireRepaired() {
        if (repaired != 1 || !farOffsets.isEmpty()) {
            throw new IllegalStateException("the WebAssembly compiler adds addresses otherwise than this version of"
                    + " dmalab knows (" + repaired + " times " + ADDRESS + ADDRESS_TYPE + ", " + farOffsets.size()
                    + " offsets left); C text can't run");
        }
    }

    /** The C name of a function, {@code func_N} if it has none. */
    private String name(int function) {
        NameCustomSection names = module.nameSection();
        String name = names == null ? null : names.nameOfFunction(function);
        return name == null || !name.matches("[A-Za-z_$][A-Za-z0-9_$]*") ? FUNCTION + function : name;
    }

    byte[] rewrite(byte[] bytes) {
        ClassNode type = new ClassNode();
        new ClassReader(bytes).accept(type, 0);
        type.sourceFile = null;
        for (MethodNode method : type.methods) {
            if (method.name.equals(ADDRESS) && method.desc.equals(ADDRESS_TYPE)) {
                add(method);
            } else if (method.name.startsWith(FUNCTION)) {
                int function = Integer.parseInt(method.name.substring(FUNCTION.length()));
                if (function >= imports) {
                    type.sourceFile = function(type.name, method, function);
                }
            }
        }
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        ClassVisitor renamed = new ClassRemapper(writer, new Remapper(Opcodes.ASM9) {
            @Override
            public String mapMethodName(String owner, String old, String descriptor) {
                return old.startsWith(FUNCTION) ? name(Integer.parseInt(old.substring(FUNCTION.length()))) : old;
            }
        });
        type.accept(renamed);
        return writer.toByteArray();
    }

    private void add(MethodNode method) {
        repaired++;
        method.instructions.clear();
        method.tryCatchBlocks.clear();
        if (method.localVariables != null) {
            method.localVariables.clear();
        }
        method.instructions.add(new VarInsnNode(Opcodes.ILOAD, 0));
        method.instructions.add(new VarInsnNode(Opcodes.ILOAD, 1));
        method.instructions.add(new InsnNode(Opcodes.IADD));
        method.instructions.add(new InsnNode(Opcodes.IRETURN));
    }

    /** Returns the file that the function stands in; null if it is not known. */
    private String function(String owner, MethodNode method, int function) {
        List<Instruction> accesses = new ArrayList<>();
        String file = null;
        for (Instruction instruction : module.codeSection().getFunctionBody(function - imports).instructions()) {
            LineTable.Place place = lines.at(instruction.address() - codeStart);
            file = file == null && place != null && place.line() > 0 ? place.file() : file;
            if (!kind(instruction).isEmpty()) {
                accesses.add(instruction);
            }
        }
        guard(owner, method, number(method, accesses, file));
        countTurns(method);
        return file;
    }

    /** What the compiler makes of an instruction that touches memory or calls: the start of its method's name. */
    private static String kind(Instruction instruction) {
        String opcode = instruction.opcode().name();
        if (opcode.equals("CALL")) {
            return FUNCTION + instruction.operand(0);
        }
        if (opcode.equals("CALL_INDIRECT")) {
            return INDIRECT;
        }
        if (opcode.contains("_LOAD")) {
            return READ;
        }
        return opcode.contains("_STORE") ? WRITE : "";
    }

    /** Puts in the lines; returns the accesses by an address that is a constant. */
    private Set<AbstractInsnNode> number(MethodNode method, List<Instruction> accesses, String file) {
        Set<AbstractInsnNode> constant = new HashSet<>();
        int next = 0;
        int last = NEVER;
        ListIterator<AbstractInsnNode> at = method.instructions.iterator();
        while (at.hasNext()) {
            if (!(at.next() instanceof MethodInsnNode call) || call.getOpcode() != Opcodes.INVOKESTATIC) {
                continue;
            }
            int found = next;
            while (found < accesses.size() && !call.name.startsWith(kind(accesses.get(found)))) {
                found++;
            }
            boolean access = call.name.startsWith(READ) || call.name.startsWith(WRITE)
                    || call.name.startsWith(FUNCTION) || call.name.startsWith(INDIRECT);
            if (!access || found == accesses.size()) {
                continue;
            }
            next = found + 1;
            if (absolute.contains(accesses.get(found))) {
                constant.add(call);
            }
            lengthen(method.instructions, call, farOffsets.remove(accesses.get(found)));
            LineTable.Place place = lines.at(accesses.get(found).address() - codeStart);
            if (place != null && place.line() > 0 && place.file().equals(file) && place.line() != last) {
                last = place.line();
                LabelNode label = new LabelNode();
                method.instructions.insertBefore(call, label);
                method.instructions.insertBefore(call, new LineNumberNode(last, label));
            }
        }
        return constant;
    }

    /** The offset is the constant that is pushed before the memory. */
    private static void lengthen(InsnList instructions, MethodInsnNode call, Integer offset) {
        if (offset == null) {
            return;
        }
        AbstractInsnNode constant = call.getPrevious().getPrevious();
        if (call.getPrevious().getOpcode() != Opcodes.ALOAD || constant.getOpcode() < Opcodes.ICONST_M1
                || constant.getOpcode() > Opcodes.LDC) {
            throw new IllegalStateException("the offset of " + call.name + " is not where it was; C text can't run");
        }
        instructions.set(constant, new LdcInsnNode(offset));
    }

    private static int memorySlot(MethodNode method) {
        int slot = 0;
        for (Type type : Type.getArgumentTypes(method.desc)) {
            if (type.getDescriptor().equals(MEMORY)) {
                return slot;
            }
            slot += type.getSize();
        }
        throw new IllegalStateException("a generated method without memory: " + method.name + method.desc);
    }

    private static void countTurns(MethodNode method) {
        int memory = memorySlot(method);
        for (AbstractInsnNode node : method.instructions.toArray()) {
            if (node instanceof MethodInsnNode call && call.name.equals(TURN)) {
                method.instructions.insertBefore(call, new VarInsnNode(Opcodes.ALOAD, memory));
                method.instructions.set(call, new MethodInsnNode(Opcodes.INVOKESTATIC, LAB_MEMORY, "tick",
                        "(" + MEMORY + ")V", false));
            }
        }
    }

    /** Where the address of an access was a 64-bit pointer a moment before, its upper half is checked. */
    private static void guard(String owner, MethodNode method, Set<AbstractInsnNode> constant) {
        Set<AbstractInsnNode> narrowings = new LinkedHashSet<>();
        try {
            Frame<SourceValue>[] frames = new Analyzer<>(new SourceInterpreter()).analyze(owner, method);
            for (int i = 0; i < frames.length; i++) {
                boolean access = method.instructions.get(i) instanceof MethodInsnNode call
                        && (call.name.startsWith(READ) || call.name.startsWith(WRITE));
                if (access && frames[i] != null && !constant.contains(method.instructions.get(i))) {
                    int operands = Type.getArgumentTypes(((MethodInsnNode) method.instructions.get(i)).desc).length;
                    for (AbstractInsnNode source : frames[i].getStack(frames[i].getStackSize() - operands).insns) {
                        if (source.getOpcode() == Opcodes.L2I) {
                            narrowings.add(source);
                        }
                    }
                }
            }
        } catch (AnalyzerException e) {
            throw new IllegalStateException("generated code of " + method.name + " can't be read: " + e.getMessage(),
                    e);
        }
        int memory = memorySlot(method);
        for (AbstractInsnNode narrowing : narrowings) {
            InsnList look = new InsnList();
            look.add(new VarInsnNode(Opcodes.ALOAD, memory));
            look.add(new MethodInsnNode(Opcodes.INVOKESTATIC, LAB_MEMORY, "low", "(J" + MEMORY + ")I", false));
            method.instructions.insertBefore(narrowing, look);
            method.instructions.remove(narrowing);
        }
    }
}
