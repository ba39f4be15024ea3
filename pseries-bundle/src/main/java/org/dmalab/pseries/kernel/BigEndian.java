package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.kernel.Field;

/** be32_to_cpu and its kin: numbers in the device tree's order, in kernel data or in machine memory. */
public final class BigEndian {
    private BigEndian() { }

    /** Reads a big endian number. */
    public static long load(Cpu cpu, long address, int widthBytes) {
        return Endian.BIG.swap(cpu.load(address, widthBytes), widthBytes);
    }

    /** Reads a big endian field. */
    public static long load(Cpu cpu, long object, Field field) {
        return load(cpu, object + field.offset(), field.widthBytes());
    }

    /** Writes a big endian number. */
    public static void store(Cpu cpu, long address, int widthBytes, long value) {
        long bits = widthBytes == 8 ? value : value & (1L << (8 * widthBytes)) - 1;
        cpu.store(address, widthBytes, Endian.BIG.swap(bits, widthBytes));
    }

    /** Writes a big endian field. */
    public static void store(Cpu cpu, long object, Field field, long value) {
        store(cpu, object + field.offset(), field.widthBytes(), value);
    }
}
