package org.dmalab.mips.hardware;

/**
 * Shape of a cache.
 *
 * @param sets lines of one way, a power of two
 * @param ways associativity, 1 to 16
 * @param lineBytes bytes of a line, a power of two, 8 or more
 */
public record CacheGeometry(int sets, int ways, int lineBytes) {
    private static final int MAX_BYTES = 16 << 20;

    /** Checks the shape. */
    public CacheGeometry {
        if (Integer.bitCount(sets) != 1 || sets < 1) {
            throw new IllegalArgumentException("sets: " + sets + ", expected a power of two");
        }
        if (ways < 1 || ways > 16) {
            throw new IllegalArgumentException("ways: " + ways + ", expected 1 to 16");
        }
        if (Integer.bitCount(lineBytes) != 1 || lineBytes < 8 || lineBytes > Segment.PAGE_BYTES) {
            throw new IllegalArgumentException("lineBytes: " + lineBytes
                    + ", expected a power of two from 8 to " + Segment.PAGE_BYTES);
        }
        if ((long) sets * ways * lineBytes > MAX_BYTES) {
            throw new IllegalArgumentException("sets: " + sets + " with " + ways + " ways and lines of " + lineBytes
                    + " bytes, expected a cache of at most " + MAX_BYTES + " bytes");
        }
    }

    /** Binary logarithm of the line size. */
    public int lineShift() {
        return Integer.numberOfTrailingZeros(lineBytes);
    }

    /** Bytes of one way. */
    public int wayBytes() {
        return sets * lineBytes;
    }

    /** Bytes of the whole cache. */
    public int sizeBytes() {
        return sets * ways * lineBytes;
    }
}
