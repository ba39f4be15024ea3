package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** A context entry of legacy mode; of its upper half bits 6:3 are left to software. */
public final class LegacyContextEntry {
    /** Lower half: present. */
    public static final BitField P = BitField.bit("P", 0);
    /** Lower half: fault processing disabled. */
    public static final BitField FPD = BitField.bit("FPD", 1);
    /** Lower half: translation type. */
    public static final BitField TT = BitField.bits("TT", 3, 2);
    /** Lower half: reserved. */
    public static final BitField RESERVED_LOW = BitField.bits("reserved", 11, 4);
    /** Lower half: second-level page table pointer. */
    public static final BitField SLPTPTR = BitField.bits("SLPTPTR", 63, 12);
    /** Upper half: address width, 30 + 9 AW bits. */
    public static final BitField AW = BitField.bits("AW", 2, 0);
    /** Upper half: available to software. */
    public static final BitField AVL = BitField.bits("AVL", 6, 3);
    /** Upper half: reserved. */
    public static final BitField RESERVED_BIT = BitField.bit("reserved", 7);
    /** Upper half: domain-id. */
    public static final BitField DID = BitField.bits("DID", 23, 8);
    /** Upper half: reserved. */
    public static final BitField RESERVED_HIGH = BitField.bits("reserved", 63, 24);
    /** Size of an entry: one a device and function. */
    public static final int BYTES = 16;
    /** TT: untranslated requests only, through second-level tables. */
    public static final int MULTI_LEVEL = 0;
    /** TT: translation and translated requests too. */
    public static final int DEVICE_TLB = 1;
    /** TT: untranslated requests are passed through. */
    public static final int PASS_THROUGH = 2;

    private LegacyContextEntry() { }
}
