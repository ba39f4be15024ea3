package org.dmalab.pseries.hardware;

import java.util.List;

import org.dmalab.api.store.BitField;

/** A translation control entry (LoPAR 3.2.3): who may do what with the page at an address. */
public final class Tce {
    /** A device may read. */
    public static final BitField READ = BitField.bit("R", 0);
    /** A device may write. */
    public static final BitField WRITE = BitField.bit("W", 1);
    /** What a device may do: 0 is an entry that maps nothing. */
    public static final BitField PERMISSION = BitField.bits("permission", 1, 0);
    /** The page's address, in pages of 4 KiB; a larger page leaves the low bits of it zero. */
    public static final BitField RPN = BitField.bits("RPN", 63, 12);
    /** The fields as a difference of machines prints them. */
    static final List<BitField> FIELDS = List.of(READ, WRITE, RPN);

    private Tce() { }

    /** The address of the page of 2^pageShift bytes that an entry points to. */
    public static long page(long tce, int pageShift) {
        return tce & (-1L << pageShift);
    }
}
