package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** The upper half of a fault recording register; the lower one is the address of the page. */
public final class FaultRecord {
    /** Source-id. */
    public static final BitField SID = BitField.bits("SID", 15, 0);
    /** Fault reason. */
    public static final BitField FR = BitField.bits("FR", 39, 32);
    /** Address type of the request. */
    public static final BitField AT = BitField.bits("AT", 61, 60);
    /** The request reads. */
    public static final BitField T = BitField.bit("T", 62);
    /** The record holds a fault; write 1 to clear. */
    public static final BitField F = BitField.bit("F", 63);
    /** Size of a record. */
    public static final int BYTES = 16;

    private FaultRecord() { }
}
