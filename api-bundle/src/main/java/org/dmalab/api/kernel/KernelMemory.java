package org.dmalab.api.kernel;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * The kernel's own data: a window of kernel virtual addresses that no device reaches and no cache or TLB models.
 * Declared variables come first, then a heap of fixed-size slots.
 *
 * <p>The heap is a free list in the store: the lowest free run of 64-byte slots is taken, so allocation is
 * deterministic. A freed slot is filled with {@link #POISON}; its slots are remembered as freed until taken again.
 */
public final class KernelMemory {
    /** What freed bytes read as, as the kernel's slab poisoning has it. */
    public static final long POISON = 0x6b6b6b6b6b6b6b6bL;
    private static final int SLOT_SHIFT = 6;
    private static final int SLOT_CELLS = 1 << (SLOT_SHIFT - 3);
    private static final long FREED = -1;

    private final long base;
    private final int staticBytes;
    private final int heapBytes;
    private final Region data;
    private final Region slots;
    private final List<Variable> variables = new ArrayList<>();
    private int declaredBytes;

    /**
     * Declares the window in a store.
     *
     * @param store the machine's store
     * @param base kernel virtual address of the window, 64-byte aligned
     * @param staticBytes room for declared variables, a multiple of 64
     * @param heapBytes room for allocated objects, a multiple of 64
     */
    public KernelMemory(Store store, long base, int staticBytes, int heapBytes) {
        this.base = base;
        this.staticBytes = staticBytes;
        this.heapBytes = heapBytes;
        this.data = store.dense("kernel", (staticBytes + heapBytes) >>> 3, Region.Kind.STATE, this::nameOfCell);
        this.slots = store.dense("kernel.slots", Math.max(1, heapBytes >>> SLOT_SHIFT), Region.Kind.STATE,
                slot -> "heap slot " + slot);
    }

    /** Declares a variable; call while the machine is built, in a fixed order. */
    public Variable variable(String name, int widthBytes) {
        return array(name, widthBytes, 1);
    }

    /** Declares an array of variables. */
    public Variable array(String name, int widthBytes, int count) {
        int offset = (declaredBytes + widthBytes - 1) & -widthBytes;
        if (offset + (long) widthBytes * count > staticBytes) {
            throw new IllegalStateException("no room for kernel variable " + name + " in " + staticBytes + " bytes");
        }
        declaredBytes = offset + widthBytes * count;
        Variable variable = new Variable(name, base + offset, widthBytes, count);
        variables.add(variable);
        return variable;
    }

    /** Declares room for a structure that is not on the heap; returns its address. */
    public long object(String name, int sizeBytes) {
        int offset = (declaredBytes + 7) & -8;
        declaredBytes = offset;
        return array(name, 8, (sizeBytes + 7) >>> 3).address();
    }

    /** Where the window begins. */
    public long base() {
        return base;
    }

    /** Size of its first part, the declared variables, which are always allocated. */
    public int staticBytes() {
        return staticBytes;
    }

    /** The bytes of the window. */
    public Region data() {
        return data;
    }

    /** Tells whether an address lies in the window. */
    public boolean contains(long address) {
        long offset = address - base;
        return offset >= 0 && offset < staticBytes + heapBytes;
    }

    /** Reads by address, which must lie in the window. */
    public long load(long address, int widthBytes) {
        return data.load(address - base, widthBytes);
    }

    /** Writes by address, which must lie in the window. */
    public void store(long address, int widthBytes, long value) {
        data.store(address - base, widthBytes, value);
    }

    /** Tells whether an address in the window is on the heap but in no allocated object. */
    public boolean unallocated(long address) {
        long offset = address - base - staticBytes;
        return offset >= 0 && slots.get(offset >>> SLOT_SHIFT) <= 0;
    }

    /** Takes the lowest free run of slots; 0 if there is none. The object is zeroed. */
    public long alloc(long sizeBytes) {
        long needed = Math.max(1, (sizeBytes + (1 << SLOT_SHIFT) - 1) >>> SLOT_SHIFT);
        long total = heapBytes >>> SLOT_SHIFT;
        long run = 0;
        for (long slot = 0; slot < total; slot++) {
            run = slots.get(slot) <= 0 ? run + 1 : 0;
            if (run == needed) {
                long first = slot - needed + 1;
                fill(first, needed, 0);
                slots.set(first, needed);
                for (long i = 1; i < needed; i++) {
                    slots.set(first + i, Integer.MAX_VALUE);
                }
                return base + staticBytes + (first << SLOT_SHIFT);
            }
        }
        return 0;
    }

    /** Frees an object; false if the address is not the start of an allocated one. */
    public boolean free(long address) {
        long offset = address - base - staticBytes;
        long slot = offset >>> SLOT_SHIFT;
        if (offset < 0 || slot >= heapBytes >>> SLOT_SHIFT || (offset & ((1 << SLOT_SHIFT) - 1)) != 0) {
            return false;
        }
        long length = slots.get(slot);
        if (length <= 0 || length == Integer.MAX_VALUE) {
            return false;
        }
        fill(slot, length, POISON);
        for (long i = 0; i < length; i++) {
            slots.set(slot + i, FREED);
        }
        return true;
    }

    private void fill(long slot, long count, long value) {
        long first = (staticBytes >>> 3) + slot * SLOT_CELLS;
        for (long cell = 0; cell < count * SLOT_CELLS; cell++) {
            data.set(first + cell, value);
        }
    }

    /** The name of what lies at an address: variable, array element, or heap offset. */
    public String nameOf(long address) {
        for (Variable variable : variables) {
            long offset = address - variable.address();
            if (offset >= 0 && offset < (long) variable.widthBytes() * variable.count()) {
                return variable.count() == 1 ? variable.name()
                        : variable.name() + "[" + offset / variable.widthBytes() + "]";
            }
        }
        return contains(address) ? "heap+0x" + Long.toHexString(address - base - staticBytes)
                : "0x" + Long.toHexString(address);
    }

    private String nameOfCell(long cell) {
        return nameOf(base + cell * 8);
    }
}
