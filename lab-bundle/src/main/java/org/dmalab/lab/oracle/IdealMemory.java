package org.dmalab.lab.oracle;

import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * Memory as it would be if every agent saw every write at once: for each byte what was last written and by whom. Bytes
 * that nobody has written since the start, or whose contents the DMA API leaves undefined, are unknown.
 */
record IdealMemory(Region data, Region writer) {
    /** A processor wrote the byte. */
    static final int CPU = 1;
    /** A device wrote the byte. */
    static final int DEVICE = 2;
    private static final long LIMIT_BYTES = 1L << 50;
    private static final long EVERY_BYTE = 0x0101010101010101L;
    private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;

    static IdealMemory in(Store store) {
        return new IdealMemory(region(store, "data"), region(store, "writer"));
    }

    private static Region region(Store store, String name) {
        return store.sparse(Watchers.REGIONS + name, LIMIT_BYTES / 8 + 1, Region.Kind.STATE, null);
    }

    private static boolean outside(long physical) {
        return physical < 0 || physical >= LIMIT_BYTES;
    }

    void write(long physical, int widthBytes, long value, int who) {
        if (!outside(physical)) {
            data.store(physical, widthBytes, value);
            writer.store(physical, widthBytes, EVERY_BYTE * who);
        }
    }

    /** What is known to have been written last; other bytes are zero. */
    long read(long physical, int widthBytes) {
        return outside(physical) ? 0 : data.load(physical, widthBytes);
    }

    /** A mask with all bits of those bytes set that somebody last wrote and that have another value here. */
    long differing(long physical, int widthBytes, long value, int who) {
        return outside(physical) ? 0
                : written(physical, widthBytes, who) & ~equalBytes(read(physical, widthBytes), value);
    }

    /** A mask with all bits of those bytes set that somebody last wrote. */
    long written(long physical, int widthBytes, int who) {
        if (outside(physical)) {
            return 0;
        }
        long mask = widthBytes == 8 ? -1 : (1L << (8 * widthBytes)) - 1;
        return equalBytes(writer.load(physical, widthBytes), EVERY_BYTE * who) & mask;
    }

    /** A mask with all bits of those bytes set that are equal in both. */
    static long equalBytes(long x, long y) {
        long differ = x ^ y;
        long nonZero = ((differ & LOW_BITS) + LOW_BITS | differ) >>> 7 & EVERY_BYTE;
        return ~(nonZero * 0xff);
    }

    /** Makes a range unknown, or only what a processor wrote in it. */
    void forget(long physical, long lengthBytes, boolean onlyOfCpu) {
        for (long at = physical; at < physical + lengthBytes && !outside(at);) {
            int width = (at & 7) == 0 && physical + lengthBytes - at >= 8 ? 8 : 1;
            long gone = onlyOfCpu ? written(at, width, CPU) : -1;
            long writers = writer.load(at, width);
            if ((writers & gone) != 0) {
                writer.store(at, width, writers & ~gone);
                data.store(at, width, data.load(at, width) & ~gone);
            }
            at += width;
        }
    }
}
