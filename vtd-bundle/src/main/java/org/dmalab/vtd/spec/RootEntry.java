package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/**
 * A root entry: of legacy mode, its lower half; of scalable mode, either half, the lower one for devices below 10h.
 */
public final class RootEntry {
    /** Present. */
    public static final BitField P = BitField.bit("P", 0);
    /** Reserved. */
    public static final BitField RESERVED = BitField.bits("reserved", 11, 1);
    /** Context table pointer. */
    public static final BitField CTP = BitField.bits("CTP", 63, 12);
    /** Size of an entry: one a bus. */
    public static final int BYTES = 16;

    private RootEntry() { }
}
