package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** The first two words of a PASID table entry; the third is of first-level translation, the others reserved. */
public final class PasidTableEntry {
    /** First word: present. */
    public static final BitField P = BitField.bit("P", 0);
    /** First word: fault processing disabled. */
    public static final BitField FPD = BitField.bit("FPD", 1);
    /** First word: address width of second-level tables. */
    public static final BitField AW = BitField.bits("AW", 4, 2);
    /** First word: execute permissions, which no unit here has. */
    public static final BitField SLEE = BitField.bit("SLEE", 5);
    /** First word: translation type. */
    public static final BitField PGTT = BitField.bits("PGTT", 8, 6);
    /** First word: access and dirty bits, which no unit here has. */
    public static final BitField SLADE = BitField.bit("SLADE", 9);
    /** First word: reserved. */
    public static final BitField RESERVED_LOW = BitField.bits("reserved", 11, 10);
    /** First word: second-level page table pointer. */
    public static final BitField SLPTPTR = BitField.bits("SLPTPTR", 63, 12);
    /** Second word: domain-id. */
    public static final BitField DID = BitField.bits("DID", 15, 0);
    /** Second word: reserved. */
    public static final BitField RESERVED_HIGH = BitField.bits("reserved", 22, 16);
    /** Second word: page walks snoop. */
    public static final BitField PWSNP = BitField.bit("PWSNP", 23);
    /** Third word: supervisor requests. */
    public static final BitField SRE = BitField.bit("SRE", 0);
    /** Size of an entry. */
    public static final int BYTES = 64;
    /** PGTT: second-level translation. */
    public static final int SECOND_LEVEL = 2;
    /** PGTT: pass-through. */
    public static final int PASS_THROUGH = 4;

    private PasidTableEntry() { }
}
