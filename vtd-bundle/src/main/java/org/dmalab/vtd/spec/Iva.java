package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** The IVA register, and the IOTLB register that follows it. */
public final class Iva {
    /** IVA: address. */
    public static final BitField ADDR = BitField.bits("ADDR", 63, 12);
    /** IVA: only leaf entries have changed. */
    public static final BitField IH = BitField.bit("IH", 6);
    /** IVA: low bits of the page number to ignore. */
    public static final BitField AM = BitField.bits("AM", 5, 0);
    /** IOTLB: invalidate. */
    public static final BitField IVT = BitField.bit("IVT", 63);
    /** IOTLB: granularity asked for. */
    public static final BitField IIRG = BitField.bits("IIRG", 61, 60);
    /** IOTLB: granularity that was executed. */
    public static final BitField IAIG = BitField.bits("IAIG", 58, 57);
    /** IOTLB: drain reads. */
    public static final BitField DR = BitField.bit("DR", 49);
    /** IOTLB: drain writes. */
    public static final BitField DW = BitField.bit("DW", 48);
    /** IOTLB: domain-id. */
    public static final BitField DID = BitField.bits("DID", 47, 32);

    private Iva() { }
}
