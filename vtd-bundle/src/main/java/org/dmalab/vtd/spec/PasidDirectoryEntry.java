package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** An entry of a PASID directory. */
public final class PasidDirectoryEntry {
    /** Present. */
    public static final BitField P = BitField.bit("P", 0);
    /** Fault processing disabled. */
    public static final BitField FPD = BitField.bit("FPD", 1);
    /** Reserved. */
    public static final BitField RESERVED = BitField.bits("reserved", 11, 2);
    /** PASID table pointer. */
    public static final BitField SMPTBLPTR = BitField.bits("SMPTBLPTR", 63, 12);
    /** Size of an entry. */
    public static final int BYTES = 8;
    /** The number of a PASID's bits that choose the entry of a PASID table; the others choose that of the directory. */
    public static final int TABLE_BITS = 6;

    private PasidDirectoryEntry() { }
}
