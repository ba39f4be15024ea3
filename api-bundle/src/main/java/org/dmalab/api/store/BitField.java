package org.dmalab.api.store;

/**
 * A named field of a 64-bit word: of a register, a descriptor, a table entry. Its position is written as the
 * specification writes it.
 *
 * <pre>
 * static final BitField DID = BitField.bits("DID", 23, 8);
 * long id = DID.get(high);
 * </pre>
 *
 * @param name as the specification calls it
 * @param low number of its lowest bit, from 0
 * @param width number of its bits, 1 to 64
 */
public record BitField(String name, int low, int width) {
    /** Checks that the field lies in a word. */
    public BitField {
        if (low < 0 || width < 1 || low + width > Long.SIZE) {
            throw new IllegalArgumentException(name + ": " + width + " bits from bit " + low + ", expected bits of 64");
        }
    }

    /** One bit. */
    public static BitField bit(String name, int bit) {
        return new BitField(name, bit, 1);
    }

    /** Bits {@code high:low}, both included. */
    public static BitField bits(String name, int high, int low) {
        return new BitField(name, low, high - low + 1);
    }

    /** The bits of the word that belong to the field. */
    public long mask() {
        return -1L >>> (Long.SIZE - width) << low;
    }

    /** The number that the field of a word holds, unsigned. */
    public long get(long word) {
        return (word >>> low) & (-1L >>> (Long.SIZE - width));
    }

    /** Tells whether any bit of the field is set. */
    public boolean isSet(long word) {
        return (word & mask()) != 0;
    }

    /** The field's bits of a word where they stand: an address whose low bits are other fields. */
    public long in(long word) {
        return word & mask();
    }

    /**
     * A number where the field stands, all other bits zero.
     *
     * @param value unsigned, not wider than the field
     */
    public long of(long value) {
        if (value != (value & (-1L >>> (Long.SIZE - width)))) {
            throw new IllegalArgumentException(name + " has " + width + " bits, not room for 0x"
                    + Long.toHexString(value));
        }
        return value << low;
    }

    /**
     * A word with another number in the field.
     *
     * @param value unsigned, not wider than the field
     */
    public long set(long word, long value) {
        return (word & ~mask()) | of(value);
    }
}
