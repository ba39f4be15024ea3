package org.dmalab.c.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.KernelBug;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.wasm.types.DataSegment;

/**
 * What a module takes for its memory. Its stack and its constants are plain bytes; every other access is a call of the
 * {@link Cpu}, of the width that the C code has, in its order.
 *
 * <p>The module's own variables lie in the machine's store, as the difference to their initial values, so that they
 * have these on a machine that was never touched. A pointer to the stack or to a constant that is stored where others
 * can read it is refused: they could not follow it.
 */
@SuppressWarnings("removal") // a memory has to have what it may not use
public final class LabMemory implements Memory {
    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);
    private static final int PAGES = 1 << 16;
    private static final int NULL_PAGE = 4096;
    private static final int BYTE = 1;
    private static final int SHORT = 2;
    private static final int INT = 4;
    private static final int LONG = 8;
    /** Turns of loops without any call of the Cpu. */
    private static final int FUEL = 20_000_000;

    private final AddressSpace space;
    private final DataImage image;
    private final int start;
    private final byte[] own = new byte[AddressSpace.MODULE_BYTES];
    private int lowest = AddressSpace.MODULE_BYTES;
    private int fuel;
    private Cpu cpu;

    LabMemory(AddressSpace space, DataImage image) {
        this.space = space;
        this.image = image;
        this.start = image.start();
        image.copyTo(own);
    }

    private static VarHandle view(Class<?> type) {
        return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
    }

    /** A run begins: an empty stack of zeros. */
    void begin(Cpu on) {
        if (lowest < own.length) {
            Arrays.fill(own, lowest, own.length, (byte) 0);
            lowest = own.length;
        }
        cpu = on;
        fuel = FUEL;
    }

    /** A run has ended. */
    void end() {
        cpu = null;
    }

    Cpu cpu() {
        fuel = FUEL;
        return cpu;
    }

    /** First address above the stack. */
    int stackTop() {
        return start + own.length;
    }

    /** Called by generated code at each turn of a loop and at each call. */
    public static void tick(Memory memory) {
        LabMemory lab = (LabMemory) memory;
        if (--lab.fuel < 0) {
            throw new CFault("a loop without end and without a call of the machine");
        }
        if ((lab.fuel & 0xffff) == 0 && Thread.currentThread().isInterrupted()) {
            throw new CFault("interrupted");
        }
    }

    /** Called by generated code where it takes the low half of a pointer. */
    public static int low(long address, Memory memory) {
        LabMemory lab = (LabMemory) memory;
        if (address >= 0 && address < NULL_PAGE) {
            throw nullPointer(address);
        }
        if (!lab.space.reaches(address)) {
            throw new KernelBug("unable to handle kernel paging request at 0x" + Long.toHexString(address)
                    + CFault.line());
        }
        return (int) address;
    }

    // ---- what the C code does ----

    @Override
    public byte read(int address) {
        int offset = address - start;
        return plain(offset) ? own[offset] : (byte) load(address, BYTE);
    }

    @Override
    public short readShort(int address) {
        int offset = address - start;
        return plain(offset) ? (short) SHORTS.get(own, offset) : (short) load(address, SHORT);
    }

    @Override
    public int readInt(int address) {
        int offset = address - start;
        return plain(offset) ? (int) INTS.get(own, offset) : (int) load(address, INT);
    }

    @Override
    public long readLong(int address) {
        int offset = address - start;
        return plain(offset) ? (long) LONGS.get(own, offset) : load(address, LONG);
    }

    @Override
    public void writeByte(int address, byte value) {
        int offset = address - start;
        if (onStack(offset)) {
            own[offset] = value;
        } else {
            store(address, BYTE, value & 0xffL);
        }
    }

    @Override
    public void writeShort(int address, short value) {
        int offset = address - start;
        if (onStack(offset)) {
            SHORTS.set(own, offset, value);
        } else {
            store(address, SHORT, value & 0xffffL);
        }
    }

    @Override
    public void writeI32(int address, int value) {
        int offset = address - start;
        if (onStack(offset)) {
            INTS.set(own, offset, value);
        } else {
            store(address, INT, value & 0xffffffffL);
        }
    }

    @Override
    public void writeLong(int address, long value) {
        int offset = address - start;
        if (onStack(offset)) {
            LONGS.set(own, offset, value);
        } else {
            store(address, LONG, value);
        }
    }

    /** Tells whether an offset is that of the stack or of a constant; a stack that is too deep ends here. */
    private boolean plain(int offset) {
        if (offset >= AddressSpace.DATA_BYTES) {
            return inStack(offset);
        }
        return offset >= 0 && image.isConstant(offset);
    }

    private boolean inStack(int offset) {
        if (offset >= own.length) {
            return false;
        }
        if (offset < own.length - AddressSpace.STACK_BYTES) {
            throw new CFault("C stack overflow, more than " + (AddressSpace.STACK_BYTES >> 10) + " KiB");
        }
        return true;
    }

    private boolean onStack(int offset) {
        if (offset < AddressSpace.DATA_BYTES || !inStack(offset)) {
            if (offset >= 0 && offset < AddressSpace.DATA_BYTES && image.isConstant(offset)) {
                throw new KernelBug("unable to handle kernel write to read-only memory at 0x"
                        + Integer.toHexString(start + offset) + CFault.line());
            }
            return false;
        }
        lowest = Math.min(lowest, offset);
        return true;
    }

    private long load(int address, int widthBytes) {
        requireMapped(address);
        long value = cpu().load(space.full(address), widthBytes);
        int offset = address - start;
        return image.isVariable(offset) ? value ^ image.initial(offset, widthBytes) : value;
    }

    private void store(int address, int widthBytes, long value) {
        requireMapped(address);
        if (widthBytes == (space.wide() ? LONG : INT)) {
            requirePublic(value);
        }
        int offset = address - start;
        long stored = image.isVariable(offset) ? value ^ image.initial(offset, widthBytes) : value;
        cpu().store(space.full(address), widthBytes, stored);
    }

    /** {@code cmpxchg} as one step of the machine; of a local variable it is none. */
    long compareExchange(long address, int widthBytes, long expected, long value) {
        int low = (int) address;
        int offset = low - start;
        if (onStack(offset)) {
            long before = widthBytes == LONG ? readLong(low) : readInt(low) & 0xffffffffL;
            if (before == expected && widthBytes == LONG) {
                writeLong(low, value);
            } else if (before == expected) {
                writeI32(low, (int) value);
            }
            return before;
        }
        requireMapped(low);
        if (widthBytes == (space.wide() ? LONG : INT)) {
            requirePublic(value);
        }
        long mask = widthBytes == LONG ? -1 : (1L << (widthBytes * Byte.SIZE)) - 1;
        long initial = image.isVariable(offset) ? image.initial(offset, widthBytes) : 0;
        return cpu().compareExchange(space.full(low), widthBytes, Endian.LITTLE, (expected & mask) ^ initial,
                (value & mask) ^ initial) ^ initial;
    }

    private void requireMapped(int address) {
        if (!space.wide() && address >= 0 && address < NULL_PAGE) {
            throw nullPointer(address);
        }
        int offset = address - space.modules();
        boolean foreign = offset >= 0 && offset < AddressSpace.MODULES * AddressSpace.MODULE_BYTES
                && !image.isVariable(address - start);
        if (foreign) {
            throw new CFault("access to 0x" + Integer.toHexString(address)
                    + ", which belongs to the data of another module or to none");
        }
    }

    private static KernelBug nullPointer(long address) {
        return new KernelBug("unable to handle kernel NULL pointer dereference at 0x" + Long.toHexString(address)
                + CFault.line());
    }

    private void requirePublic(long value) {
        int offset = (int) value - start;
        boolean within = value >>> Integer.SIZE == 0 && offset >= 0 && offset < own.length;
        if (within && (offset >= own.length - AddressSpace.STACK_BYTES || image.isConstant(offset))) {
            throw new CFault((image.isConstant(offset) ? "a pointer to a constant of this module"
                    : "the address of a local variable") + " is stored in shared memory, where others can't follow it");
        }
    }

    // ---- what else a memory has to have ----

    @Override
    public long readU16(int address) {
        return readShort(address) & 0xffffL;
    }

    @Override
    public byte[] readBytes(int address, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = read(address + i);
        }
        return bytes;
    }

    @Override
    public void write(int address, byte[] bytes, int offset, int length) {
        for (int i = 0; i < length; i++) {
            writeByte(address + i, bytes[offset + i]);
        }
    }

    @Override
    public void fill(byte value, int from, int to) {
        for (int address = from; address != to; address++) {
            writeByte(address, value);
        }
    }

    @Override
    public int pages() {
        return PAGES;
    }

    @Override
    public int initialPages() {
        return PAGES;
    }

    @Override
    public int maximumPages() {
        return RUNTIME_MAX_PAGES; // more is not accepted, and nobody asks for it
    }

    @Override
    public int grow(int pages) {
        throw new CFault("memory.grow: kernel code does not ask for memory in this way");
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public void initialize(Instance instance, DataSegment[] segments) {
        // the image has them
    }

    @Override
    public void initPassiveSegment(int segment, int destination, int offset, int size) {
        throw unknown("memory.init");
    }

    @Override
    public void drop(int segment) {
        throw unknown("data.drop");
    }

    @Override
    public void zero() {
        throw unknown("zeroing of all memory");
    }

    @Override
    public Object lock(int address) {
        return this;
    }

    @Override
    public int waitOn(int address, int expected, long timeout) {
        throw unknown("memory.atomic.wait");
    }

    @Override
    public int waitOn(int address, long expected, long timeout) {
        throw unknown("memory.atomic.wait");
    }

    @Override
    public int notify(int address, int count) {
        throw unknown("memory.atomic.notify");
    }

    @Override
    public void writeF32(int address, float value) {
        throw unknown("floating point");
    }

    @Override
    public long readF32(int address) {
        throw unknown("floating point");
    }

    @Override
    public float readFloat(int address) {
        throw unknown("floating point");
    }

    @Override
    public void writeF64(int address, double value) {
        throw unknown("floating point");
    }

    @Override
    public double readDouble(int address) {
        throw unknown("floating point");
    }

    @Override
    public long readF64(int address) {
        throw unknown("floating point");
    }

    private static CFault unknown(String what) {
        return new CFault(what + ": kernel code does not do that");
    }
}
