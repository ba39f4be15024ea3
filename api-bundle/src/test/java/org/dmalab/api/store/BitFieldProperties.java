package org.dmalab.api.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BitFieldProperties {
    @Property
    void whatIsSetIsReadAndOtherBitsStay(@ForAll @IntRange(max = 63) int low, @ForAll @IntRange(min = 1, max = 64) int
            width, @ForAll long word, @ForAll long value) {
        Assume.that(low + width <= 64);
        BitField field = new BitField("F", low, width);
        long fits = field.get(value << low);
        long after = field.set(word, fits);
        assertEquals(fits, field.get(after));
        assertEquals(word & ~field.mask(), after & ~field.mask());
        assertEquals(field.in(after), field.of(fits));
        assertEquals(fits != 0, field.isSet(after));
    }

    @Test
    void positionsAreWrittenAsSpecificationsDo() {
        BitField did = BitField.bits("DID", 23, 8);
        assertEquals(new BitField("DID", 8, 16), did);
        assertEquals(0xffff00L, did.mask());
        assertEquals(-1L, BitField.bits("all", 63, 0).mask());
        assertEquals(0x8000000000000000L, BitField.bit("F", 63).of(1));
    }

    @Test
    void whatHasNoRoomIsRefused() {
        assertEquals("DID has 4 bits, not room for 0x10", assertThrows(IllegalArgumentException.class,
                () -> BitField.bits("DID", 7, 4).of(16)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new BitField("F", 60, 5));
        assertThrows(IllegalArgumentException.class, () -> new BitField("F", -1, 5));
        assertThrows(IllegalArgumentException.class, () -> BitField.bits("F", 3, 4));
    }
}
