package org.dmalab.pseries.hardware;

import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.port.Memory;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * The partition's memory: 2^51 bytes of address space of which granules of 16 MiB are present or not. A processor
 * names a byte by its physical (real) address or by the kernel's linear map of it; caches are coherent, so there is
 * nothing between the two.
 */
public final class MachineMemory implements Memory {
    /** Where the kernel's linear map begins. */
    public static final long LINEAR_MAP = 0xc000000000000000L;
    /** Width of a physical address. */
    public static final int ADDRESS_BITS = 51;
    /** Memory comes and goes in pieces of this size. */
    public static final int GRANULE_SHIFT = 24;
    /** The end of the physical address space. */
    static final long END = 1L << ADDRESS_BITS;
    private static final long ADDRESS_MASK = END - 1;

    private final Region bytes;
    private final Region present;
    private final Emitter emitter;

    /** Declares it in a store; no memory is present. */
    public MachineMemory(Store store, Emitter emitter) {
        this.bytes = store.bulk("memory", 1L << (ADDRESS_BITS - 3), Region.Kind.STATE,
                cell -> "memory 0x" + Long.toHexString(cell * 8));
        this.present = store.sparse("memory.present", 1L << (ADDRESS_BITS - GRANULE_SHIFT - 6), Region.Kind.STATE,
                cell -> "memory present from 0x" + Long.toHexString(cell << (GRANULE_SHIFT + 6)));
        this.emitter = emitter;
    }

    /** The physical address of a linear-map or physical address. */
    public static long physical(long address) {
        return (address & ~ADDRESS_MASK) == LINEAR_MAP ? address & ADDRESS_MASK : address;
    }

    /** Tells whether memory is behind a physical address. */
    public boolean isPresent(long physicalAddress) {
        if ((physicalAddress & ~ADDRESS_MASK) != 0) {
            return false;
        }
        long granule = physicalAddress >>> GRANULE_SHIFT;
        return (present.get(granule >>> 6) >>> (granule & 63) & 1) != 0;
    }

    /** Makes a range present or not; both ends are rounded inward to granules. */
    public void assign(long start, long length, boolean gained) {
        long first = (start + (1L << GRANULE_SHIFT) - 1) >>> GRANULE_SHIFT;
        long end = (start + length) >>> GRANULE_SHIFT;
        for (long granule = first; granule < end; granule++) {
            long cell = present.get(granule >>> 6);
            long bit = 1L << (granule & 63);
            present.set(granule >>> 6, gained ? cell | bit : cell & ~bit);
        }
        emitter.emit(HardwareEvent.MEMORY_ASSIGNED, Actor.MACHINE, start, length, gained ? 1 : 0, 0);
    }

    @Override
    public long read(int processor, long address, int widthBytes, Endian order) {
        long physical = checked(address, widthBytes, "load from");
        long value = bytes.load(physical, widthBytes);
        emitter.emit(EventKind.CPU_READ, Actor.processor(processor, Level.USER), physical, widthBytes, value, 0);
        return order.swap(value, widthBytes);
    }

    @Override
    public void write(int processor, long address, int widthBytes, Endian order, long value) {
        long physical = checked(address, widthBytes, "store to");
        long stored = order.swap(value, widthBytes);
        bytes.store(physical, widthBytes, stored);
        emitter.emit(EventKind.CPU_WRITE, Actor.processor(processor, Level.USER), physical, widthBytes, stored, 0);
    }

    /** Reads without being a processor: the hypervisor, a device. Least significant byte first. */
    long load(long physicalAddress, int widthBytes) {
        return bytes.load(physicalAddress, widthBytes);
    }

    /** Writes without being a processor. */
    void store(long physicalAddress, int widthBytes, long value) {
        bytes.store(physicalAddress, widthBytes, value);
    }

    /** Puts a blob into memory, as firmware does before the kernel starts. */
    public void place(long physicalAddress, byte[] blob) {
        for (int i = 0; i < blob.length; i++) {
            bytes.store(physicalAddress + i, 1, blob[i]);
        }
    }

    private long checked(long address, int widthBytes, String what) {
        long physical = physical(address);
        if (!isPresent(physical) || !isPresent(physical + widthBytes - 1)) {
            throw new KernelBug("Machine check: " + what + " 0x" + Long.toHexString(address)
                    + ", the partition has no memory there");
        }
        return physical;
    }
}
