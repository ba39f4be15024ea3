package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** The Root Table Address Register. */
public final class RootTable {
    /** Address of the root table. */
    public static final BitField RTA = BitField.bits("RTA", 63, 12);
    /** Format of the tables: 0 legacy, 1 scalable, 3 all requests are aborted. */
    public static final BitField TTM = BitField.bits("TTM", 11, 10);
    /** TTM: legacy mode. */
    public static final int LEGACY_MODE = 0;
    /** TTM: scalable mode. */
    public static final int SCALABLE_MODE = 1;
    /** TTM: reserved. */
    public static final int RESERVED_MODE = 2;
    /** TTM: all requests are aborted. */
    public static final int ABORT_MODE = 3;

    private RootTable() { }
}
