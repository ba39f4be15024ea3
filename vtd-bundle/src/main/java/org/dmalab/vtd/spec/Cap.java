package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** Fields of the Capability Register. */
public final class Cap {
    /** Number of domain-ids: 2^(4 + 2 ND). */
    public static final BitField ND = BitField.bits("ND", 2, 0);
    /** Advanced fault logging. */
    public static final BitField AFL = BitField.bit("AFL", 3);
    /** Software must flush the write buffer. */
    public static final BitField RWBF = BitField.bit("RWBF", 4);
    /** Protected low memory region. */
    public static final BitField PLMR = BitField.bit("PLMR", 5);
    /** Protected high memory region. */
    public static final BitField PHMR = BitField.bit("PHMR", 6);
    /** Caching mode: not-present and erroneous entries may be cached. */
    public static final BitField CM = BitField.bit("CM", 7);
    /** Supported adjusted guest address widths: bit n is 30 + 9n bits. */
    public static final BitField SAGAW = BitField.bits("SAGAW", 12, 8);
    /** Maximum guest address width in bits, minus one. */
    public static final BitField MGAW = BitField.bits("MGAW", 21, 16);
    /** Zero-length reads of pages that can only be written. */
    public static final BitField ZLR = BitField.bit("ZLR", 22);
    /** Offset of the fault recording registers, in 16 bytes. */
    public static final BitField FRO = BitField.bits("FRO", 33, 24);
    /** Second-level page sizes: bit 0 is 2 MiB, bit 1 is 1 GiB. */
    public static final BitField SLLPS = BitField.bits("SLLPS", 37, 34);
    /** Page-selective invalidation. */
    public static final BitField PSI = BitField.bit("PSI", 39);
    /** Number of fault recording registers, minus one. */
    public static final BitField NFR = BitField.bits("NFR", 47, 40);
    /** Largest address mask of a page-selective invalidation. */
    public static final BitField MAMV = BitField.bits("MAMV", 53, 48);
    /** Draining of writes. */
    public static final BitField DWD = BitField.bit("DWD", 54);
    /** Draining of reads. */
    public static final BitField DRD = BitField.bit("DRD", 55);
    /** Hardware invalidates its caches when the root table pointer is set. */
    public static final BitField ESRTPS = BitField.bit("ESRTPS", 63);

    private Cap() { }

    /** Number of domain-ids that a unit has (ND). */
    public static long domainCount(long cap) {
        return 1L << (4 + 2 * ND.get(cap));
    }

    /** Offset in bytes of the first fault recording register (FRO). */
    public static int faultOffset(long cap) {
        return (int) FRO.get(cap) * 16;
    }

    /** Number of fault recording registers (NFR). */
    public static int faultCount(long cap) {
        return (int) NFR.get(cap) + 1;
    }
}
