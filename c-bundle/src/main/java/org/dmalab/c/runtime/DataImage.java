package org.dmalab.c.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

import run.endive.wasm.WasmModule;
import run.endive.wasm.types.ActiveDataSegment;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.Instruction;
import run.endive.wasm.types.OpCode;

/**
 * A module's data as the linker laid it out: constants first, then variables, each kind in one piece. Offsets count
 * from where the module's part of the module space begins.
 */
final class DataImage {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final String CONSTANTS = ".rodata";
    private static final int SLACK = 8;

    private final int start;
    private final byte[] bytes;
    /** What lies below is constant. */
    private final int variables;
    private final int end;

    private DataImage(int start, byte[] bytes, int variables, int end) {
        this.start = start;
        this.bytes = bytes;
        this.variables = variables;
        this.end = end;
    }

    /**
     * Takes the data of a module.
     *
     * @throws IllegalArgumentException if it does not lie where it was to be linked, or is more than there is room for
     */
    static DataImage of(WasmModule module, int start) {
        byte[] bytes = new byte[AddressSpace.DATA_BYTES + SLACK];
        int variables = -1;
        int end = 0;
        DataSegment[] segments = module.dataSection().dataSegments();
        for (int i = 0; i < segments.length; i++) {
            if (!(segments[i] instanceof ActiveDataSegment segment)) {
                throw new IllegalArgumentException("a passive data segment");
            }
            int offset = offset(segment) - start;
            if (offset < end || offset > AddressSpace.DATA_BYTES - segment.data().length) {
                throw new IllegalArgumentException("its data does not fit the " + AddressSpace.DATA_BYTES
                        + " bytes from 0x" + Integer.toHexString(start));
            }
            System.arraycopy(segment.data(), 0, bytes, offset, segment.data().length);
            String name = module.nameSection() == null ? null : module.nameSection().nameOfData(i);
            boolean constant = name != null && name.startsWith(CONSTANTS);
            if (constant && variables >= 0) {
                throw new IllegalArgumentException("constants behind variables");
            }
            variables = constant || variables >= 0 ? variables : offset;
            end = offset + segment.data().length;
        }
        return new DataImage(start, bytes, variables < 0 ? end : variables, end);
    }

    private static int offset(ActiveDataSegment segment) {
        Instruction first = segment.offsetInstructions().get(0);
        if (first.opcode() != OpCode.I32_CONST) {
            throw new IllegalArgumentException("a data segment whose address is computed");
        }
        return (int) first.operand(0);
    }

    int start() {
        return start;
    }

    /** Bytes of variables. */
    int variableBytes() {
        return end - variables;
    }

    boolean isConstant(int offset) {
        return offset >= 0 && offset < variables;
    }

    boolean isVariable(int offset) {
        return offset >= variables && offset < end;
    }

    /** The value with which the program begins. */
    long initial(int offset, int widthBytes) {
        long value = (long) LONGS.get(bytes, offset);
        return widthBytes == Long.BYTES ? value : value & (1L << (widthBytes * Byte.SIZE)) - 1;
    }

    void copyTo(byte[] memory) {
        System.arraycopy(bytes, 0, memory, 0, AddressSpace.DATA_BYTES);
    }
}
