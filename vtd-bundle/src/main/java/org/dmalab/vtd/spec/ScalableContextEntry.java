package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** The lower half of a context entry of scalable mode, and RID_PASID in the second word. */
public final class ScalableContextEntry {
    /** Present. */
    public static final BitField P = BitField.bit("P", 0);
    /** Fault processing disabled. */
    public static final BitField FPD = BitField.bit("FPD", 1);
    /** Device-TLB enable. */
    public static final BitField DTE = BitField.bit("DTE", 2);
    /** Requests with PASID. */
    public static final BitField PASIDE = BitField.bit("PASIDE", 3);
    /** Page requests. */
    public static final BitField PRE = BitField.bit("PRE", 4);
    /** Reserved. */
    public static final BitField RESERVED = BitField.bits("reserved", 8, 5);
    /** Size of the PASID directory: 2^(PDTS + 7) entries. */
    public static final BitField PDTS = BitField.bits("PDTS", 11, 9);
    /** PASID directory pointer. */
    public static final BitField PASIDDIRPTR = BitField.bits("PASIDDIRPTR", 63, 12);
    /** Second word: the PASID of requests without one. */
    public static final BitField RID_PASID = BitField.bits("RID_PASID", 19, 0);
    /** Size of an entry. */
    public static final int BYTES = 32;

    private ScalableContextEntry() { }
}
