package org.dmalab.api.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The bytes of a region against a flat little-endian buffer. */
class RegionBytesTest {
    private static final int BYTES = 64;

    @Property
    void everyAccessOfEveryWidthAndAlignmentIsThatOfAByteArray(@ForAll boolean isDense, @ForAll long first,
            @ForAll long second, @ForAll @IntRange(max = BYTES - 8) int firstOffset,
            @ForAll @IntRange(max = BYTES - 8) int secondOffset, @ForAll @IntRange(max = 3) int firstWidth,
            @ForAll @IntRange(max = 3) int secondWidth) {
        Store store = new Store();
        Region region = isDense ? store.dense("r", BYTES / 8, Region.Kind.STATE, null)
                : store.sparse("r", BYTES / 8, Region.Kind.STATE, null);
        ByteBuffer flat = ByteBuffer.allocate(BYTES + 8).order(ByteOrder.LITTLE_ENDIAN);
        write(region, flat, firstOffset, 1 << firstWidth, first);
        write(region, flat, secondOffset, 1 << secondWidth, second);
        for (int width = 1; width <= 8; width *= 2) {
            for (int offset = 0; offset + width <= BYTES; offset++) {
                assertEquals(read(flat, offset, width), region.load(offset, width));
            }
        }
    }

    private static void write(Region region, ByteBuffer flat, int offset, int width, long value) {
        region.store(offset, width, value);
        for (int i = 0; i < width; i++) {
            flat.put(offset + i, (byte) (value >>> 8 * i));
        }
    }

    private static long read(ByteBuffer flat, int offset, int width) {
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | flat.get(offset + i) & 0xff;
        }
        return value;
    }
}
