package org.dmalab.api.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Text;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * The kernel's own data: a window of kernel virtual addresses that no device reaches and no cache or TLB models.
 * Declared variables come first, then a heap of fixed-size slots.
 *
 * <p>Behind a gap lies the module space, which is zero until somebody writes there: the static variables of variants
 * that have any of their own, each at an address that was settled when the variant was built.
 *
 * <p>The heap is a free list in the store: the lowest free run of 64-byte slots is taken, so allocation is
 * deterministic. A freed slot is filled with {@link #POISON}; its slots are remembered as freed until taken again.
 * What an object is (its layout, and the how many-th of its kind) is kept beside it, for names only: two states that
 * differ in nothing else are one state.
 */
public final class KernelMemory {
    /** What freed bytes read as, as the kernel's slab poisoning has it. */
    public static final long POISON = 0x6b6b6b6b6b6b6b6bL;
    /** How far behind the window's start the module space begins. */
    public static final int MODULES_OFFSET = 0x60000000;
    /** Size of the module space. */
    public static final int MODULES_BYTES = 16 << 20;
    private static final int SLOT_SHIFT = 6;
    private static final int SLOT_CELLS = 1 << (SLOT_SHIFT - 3);
    private static final long FREED = -1;
    /** For each slot: id of the object's layout, slots before this one in the object | number << 32, elements. */
    private static final int OBJECT_CELLS = 3;

    private final long base;
    private final int staticBytes;
    private final int heapBytes;
    private final Region data;
    private final Region modules;
    private final Region slots;
    /** The slots' {@link #OBJECT_CELLS}, then for each layout how many objects there were, unknown layouts last. */
    private final Region objects;
    private final List<Declared> variables = new ArrayList<>();
    private final Map<Long, Struct> layouts = new LinkedHashMap<>();
    private final List<Long> layoutIds;

    /** A variable, and the layout of its elements if they are structures, or null. */
    private record Declared(Variable variable, Struct layout) {
        long end() {
            return variable.address() + (long) variable.widthBytes() * variable.count();
        }
    }

    /** Declares a window whose objects' fields have no names. */
    public KernelMemory(Store store, long base, int staticBytes, int heapBytes) {
        this(store, base, staticBytes, heapBytes, List.of());
    }

    /**
     * Declares the window in a store.
     *
     * @param store the machine's store
     * @param base kernel virtual address of the window, 64-byte aligned
     * @param staticBytes room for declared variables, a multiple of 64
     * @param heapBytes room for allocated objects, a multiple of 64
     * @param layouts of the objects whose fields are to have names; others can be allocated too
     */
    public KernelMemory(Store store, long base, int staticBytes, int heapBytes, List<Struct> layouts) {
        this.base = base;
        this.staticBytes = staticBytes;
        this.heapBytes = heapBytes;
        this.data = store.dense("kernel", (staticBytes + heapBytes) >>> 3, Region.Kind.STATE, this::nameOfCell);
        this.slots = store.dense("kernel.slots", Math.max(1, heapBytes >>> SLOT_SHIFT), Region.Kind.STATE,
                this::nameOfSlot);
        for (Struct layout : layouts) {
            this.layouts.put(layout.id(), layout);
        }
        this.layoutIds = List.copyOf(this.layouts.keySet());
        this.objects = store.sparse("kernel.objects", slots.cells() * OBJECT_CELLS + layouts.size() + 1,
                Region.Kind.LOG, null);
        this.modules = store.sparse("kernel.modules", MODULES_BYTES >>> 3, Region.Kind.STATE, this::nameOfModuleCell);
    }

    /** Declares a variable; call while the machine is built, in a fixed order. */
    public Variable variable(String name, int widthBytes) {
        return array(name, widthBytes, 1);
    }

    /** Declares an array of variables. */
    public Variable array(String name, int widthBytes, int count) {
        return declare(name, widthBytes, count, null);
    }

    /**
     * Declares variables that are structures.
     *
     * @param name the kernel's name
     * @param layout of one of them, 8-byte aligned
     * @param count how many there are
     * @return an array of words of 8 bytes that covers them all
     */
    public Variable structs(String name, Struct layout, int count) {
        return declare(name, 8, (layout.sizeBytes() * count + 7) >>> 3, layout);
    }

    private Variable declare(String name, int widthBytes, int count, Struct layout) {
        long end = variables.isEmpty() ? base : variables.get(variables.size() - 1).end();
        long address = (end + widthBytes - 1) & -widthBytes;
        if (address + (long) widthBytes * count > base + staticBytes) {
            throw new IllegalStateException("no room for kernel variable " + name + " in " + staticBytes + " bytes");
        }
        Variable variable = new Variable(name, address, widthBytes, count);
        variables.add(new Declared(variable, layout));
        return variable;
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

    /** Which parts of the heap are taken; see {@link #begins}. */
    public Region slots() {
        return slots;
    }

    /** Tells whether a cell of {@link #slots} with this value begins an allocated object. */
    public static boolean begins(long slot) {
        return slot > 0 && slot != Integer.MAX_VALUE;
    }

    /** The name of the object that has a cell of {@link #slots}, or had it last. */
    public String objectOf(long slot) {
        return objects.get(slot * OBJECT_CELLS) == 0 ? "heap+0x" + Long.toHexString(slot << SLOT_SHIFT)
                : objectIn(slot);
    }

    /** Tells whether an address lies in the window. */
    public boolean contains(long address) {
        long offset = address - base;
        return (offset >= 0 && offset < staticBytes + heapBytes) || inModules(address);
    }

    private boolean inModules(long address) {
        long offset = address - base - MODULES_OFFSET;
        return offset >= 0 && offset < MODULES_BYTES;
    }

    /** Tells whether an access lies in the window as a whole. */
    public boolean contains(long address, int widthBytes) {
        return contains(address) && contains(address + widthBytes - 1);
    }

    /** Reads by address; all bytes must lie in the window. */
    public long load(long address, int widthBytes) {
        return inModules(address) ? modules.load(address - base - MODULES_OFFSET, widthBytes)
                : data.load(address - base, widthBytes);
    }

    /** Writes by address; all bytes must lie in the window. */
    public void store(long address, int widthBytes, long value) {
        if (inModules(address)) {
            modules.store(address - base - MODULES_OFFSET, widthBytes, value);
        } else {
            data.store(address - base, widthBytes, value);
        }
    }

    /** Tells whether an access in the window touches a byte of the heap that is in no allocated object. */
    public boolean unallocated(long address, int widthBytes) {
        return unallocated(address) || unallocated(address + widthBytes - 1);
    }

    private boolean unallocated(long address) {
        long offset = address - base - staticBytes;
        return offset >= 0 && offset < heapBytes && slots.get(offset >>> SLOT_SHIFT) <= 0;
    }

    /**
     * Allocates objects of one layout side by side; they are zeroed.
     *
     * @return the address of the first; 0 if there is no memory for them
     */
    public long alloc(Struct layout, long count) {
        return alloc(layout.sizeBytes(), count, layout.id());
    }

    /**
     * Takes the lowest free run of slots for a number of objects and zeroes it.
     *
     * @param elementBytes size of one
     * @param count how many
     * @param layoutId {@link Struct#id} of their layout
     * @return the address of the first; 0 if there is no memory for them, or none was asked for
     */
    public long alloc(long elementBytes, long count, long layoutId) {
        if (elementBytes <= 0 || count <= 0 || count > heapBytes / elementBytes) {
            return 0;
        }
        long needed = (elementBytes * count + (1L << SLOT_SHIFT) - 1) >>> SLOT_SHIFT;
        long total = (long) heapBytes >>> SLOT_SHIFT;
        long run = 0;
        for (long slot = 0; slot < total; slot++) {
            run = slots.get(slot) <= 0 ? run + 1 : 0;
            if (run == needed) {
                long first = slot - needed + 1;
                take(first, needed);
                remember(first, needed, count, layoutId);
                return base + staticBytes + (first << SLOT_SHIFT);
            }
        }
        return 0;
    }

    private void take(long first, long needed) {
        fill(first, needed, 0);
        slots.set(first, needed);
        for (long i = 1; i < needed; i++) {
            slots.set(first + i, Integer.MAX_VALUE);
        }
    }

    private void remember(long first, long needed, long count, long layoutId) {
        int layout = layoutIds.indexOf(layoutId);
        long counter = slots.cells() * OBJECT_CELLS + (layout < 0 ? layoutIds.size() : layout);
        long number = objects.get(counter);
        objects.set(counter, number + 1);
        for (long i = 0; i < needed; i++) {
            long cell = (first + i) * OBJECT_CELLS;
            objects.set(cell, layoutId);
            objects.set(cell + 1, number << 32 | i);
            objects.set(cell + 2, count);
        }
    }

    /** Frees an object; false if the address is not the start of an allocated one. */
    public boolean free(long address) {
        long offset = address - base - staticBytes;
        long slot = offset >>> SLOT_SHIFT;
        if (offset < 0 || slot >= heapBytes >>> SLOT_SHIFT || (offset & ((1L << SLOT_SHIFT) - 1)) != 0) {
            return false;
        }
        long length = slots.get(slot);
        if (!begins(length)) {
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

    /** The name of what lies at an address, see {@link #placeOf}. */
    public String nameOf(long address) {
        return placeOf(address).name();
    }

    /** The name of the object at an address, without the field: {@code dma_win[0]}. */
    public String objectAt(long address) {
        long slot = (address - base - staticBytes) >>> SLOT_SHIFT;
        boolean known = contains(address) && !inModules(address) && address - base >= staticBytes
                && objects.get(slot * OBJECT_CELLS) != 0;
        return known ? objectIn(slot) : nameOf(address);
    }

    private String objectIn(long slot) {
        return Text.of(objects.get(slot * OBJECT_CELLS)) + "["
                + (objects.get(slot * OBJECT_CELLS + 1) >>> 32) + "]";
    }

    /** What lies at an address: a variable, an element, a field of an object, even of one that was freed. */
    public Place placeOf(long address) {
        for (Declared declared : variables) {
            if (address >= declared.variable().address() && address < declared.end()) {
                return inVariable(declared, address);
            }
        }
        if (inModules(address)) {
            return word("module", base + MODULES_OFFSET, address);
        }
        return contains(address) && address - base >= staticBytes ? inObject(address)
                : new Place("0x" + Long.toHexString(address), address, 1);
    }

    private static Place inVariable(Declared declared, long address) {
        Variable variable = declared.variable();
        if (declared.layout() != null) {
            boolean one = declared.end() - variable.address() < 2L * declared.layout().sizeBytes();
            return inStructs(variable.name(), variable.address(), declared.layout(), one, address);
        }
        long index = (address - variable.address()) / variable.widthBytes();
        return new Place(variable.count() == 1 ? variable.name() : variable.name() + "[" + index + "]",
                variable.address() + index * variable.widthBytes(), variable.widthBytes());
    }

    private Place inObject(long address) {
        long slot = (address - base - staticBytes) >>> SLOT_SHIFT;
        long id = objects.get(slot * OBJECT_CELLS);
        if (id == 0) {
            return word("heap", base + staticBytes, address);
        }
        long before = (int) objects.get(slot * OBJECT_CELLS + 1);
        long start = base + staticBytes + ((slot - before) << SLOT_SHIFT);
        String name = objectIn(slot);
        Struct layout = layouts.get(id);
        return layout == null ? word(name, start, address)
                : inStructs(name, start, layout, objects.get(slot * OBJECT_CELLS + 2) == 1, address);
    }

    private static Place inStructs(String name, long start, Struct layout, boolean one, long address) {
        long index = one ? 0 : (address - start) / layout.sizeBytes();
        long element = start + index * layout.sizeBytes();
        Field field = layout.fieldAt(address - element);
        String element0 = one ? name : name + "[" + index + "]";
        if (field.widthBytes() <= 0) {
            return word(element0, element, address);
        }
        String place = element0 + (field.name().isEmpty() ? "+0x" + Long.toHexString(field.offset())
                : field.name().substring(layout.name().length()));
        return new Place(place, element + field.offset(), field.widthBytes(), field.order());
    }

    /** An aligned word of something without fields. */
    private static Place word(String name, long start, long address) {
        long offset = (address - start) & -8;
        return new Place(name + "+0x" + Long.toHexString(offset), start + offset, 8);
    }

    private String nameOfCell(long cell) {
        return nameOf(base + cell * 8);
    }

    private String nameOfModuleCell(long cell) {
        return nameOf(base + MODULES_OFFSET + cell * 8);
    }

    private String nameOfSlot(long slot) {
        return "slot " + slot + (objects.get(slot * OBJECT_CELLS) == 0 ? "" : " of " + objectIn(slot));
    }
}
