package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** An entry of a second-level table. */
public final class SecondLevelEntry {
    /** Read. */
    public static final BitField R = BitField.bit("R", 0);
    /** Write. */
    public static final BitField W = BitField.bit("W", 1);
    /** Page size: at levels 2 and 3 the entry is that of a page. */
    public static final BitField PS = BitField.bit("PS", 7);
    /** Snoop. */
    public static final BitField SNP = BitField.bit("SNP", 11);
    /** Address of a table or page. */
    public static final BitField ADDR = BitField.bits("ADDR", 51, 12);
    /** Ignored. */
    public static final BitField IGNORED = BitField.bits("ignored", 61, 52);
    /** Transient mapping, of units with device-TLBs. */
    public static final BitField TM = BitField.bit("TM", 62);
    /** Ignored. */
    public static final BitField IGNORED_TOP = BitField.bit("ignored", 63);
    /** Size of an entry. */
    public static final int BYTES = 8;
    /** Entries of a table. */
    public static final int ENTRIES = 512;
    /** Read permission. */
    public static final long READ = 1;
    /** Write permission. */
    public static final long WRITE = 2;
    /** Both permissions; an entry with neither is not present. */
    public static final long PERMISSIONS = READ | WRITE;
    /** The number of an address's bits that are its place in a page. */
    public static final int PAGE_SHIFT = 12;
    /** The number of bits that choose the entry of one level. */
    public static final int STRIDE = 9;

    private SecondLevelEntry() { }

    /** The bit from which on an address chooses entries at a level, 1 for the last: the size of its pages. */
    public static int shift(int level) {
        return PAGE_SHIFT + STRIDE * (level - 1);
    }

    /** The address of the entry for an address in a table of a level. */
    public static long at(long table, long address, int level) {
        return table + ((address >>> shift(level)) & (ENTRIES - 1)) * BYTES;
    }

    /** The number of levels that a width has, as AW and SAGAW count it. */
    public static int levels(long addressWidth) {
        return (int) addressWidth + 2;
    }

    /** The number of bits of an address that a width lets through, as AW and SAGAW count it. */
    public static int widthBits(long addressWidth) {
        return 30 + STRIDE * (int) addressWidth;
    }
}
