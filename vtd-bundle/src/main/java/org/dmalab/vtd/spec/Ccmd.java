package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** The Context Command Register. */
public final class Ccmd {
    /** Invalidate the context cache. */
    public static final BitField ICC = BitField.bit("ICC", 63);
    /** Granularity asked for. */
    public static final BitField CIRG = BitField.bits("CIRG", 62, 61);
    /** Granularity that was executed. */
    public static final BitField CAIG = BitField.bits("CAIG", 60, 59);
    /** Function mask. */
    public static final BitField FM = BitField.bits("FM", 33, 32);
    /** Source-id. */
    public static final BitField SID = BitField.bits("SID", 31, 16);
    /** Domain-id. */
    public static final BitField DID = BitField.bits("DID", 15, 0);

    private Ccmd() { }
}
