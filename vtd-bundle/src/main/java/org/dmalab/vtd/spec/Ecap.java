package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** Fields of the Extended Capability Register. */
public final class Ecap {
    /** Walks of the tables snoop the processors' caches. */
    public static final BitField C = BitField.bit("C", 0);
    /** Queued invalidation. */
    public static final BitField QI = BitField.bit("QI", 1);
    /** Device-TLBs. */
    public static final BitField DT = BitField.bit("DT", 2);
    /** Interrupt remapping. */
    public static final BitField IR = BitField.bit("IR", 3);
    /** Extended interrupt mode. */
    public static final BitField EIM = BitField.bit("EIM", 4);
    /** Pass-through. */
    public static final BitField PT = BitField.bit("PT", 6);
    /** Snoop control. */
    public static final BitField SC = BitField.bit("SC", 7);
    /** Offset of the IOTLB registers, in 16 bytes. */
    public static final BitField IRO = BitField.bits("IRO", 17, 8);
    /** Nested translation. */
    public static final BitField NEST = BitField.bit("NEST", 26);
    /** Page requests. */
    public static final BitField PRS = BitField.bit("PRS", 29);
    /** Supervisor requests. */
    public static final BitField SRS = BitField.bit("SRS", 31);
    /** Requests with PASID. */
    public static final BitField PASID = BitField.bit("PASID", 40);
    /** Device-TLB invalidations are throttled by physical function. */
    public static final BitField DIT = BitField.bit("DIT", 41);
    /** Wait descriptors can drain page requests. */
    public static final BitField PDS = BitField.bit("PDS", 42);
    /** Scalable mode. */
    public static final BitField SMTS = BitField.bit("SMTS", 43);
    /** Second-level translation in scalable mode. */
    public static final BitField SLTS = BitField.bit("SLTS", 46);
    /** First-level translation in scalable mode. */
    public static final BitField FLTS = BitField.bit("FLTS", 47);
    /** Page walks of scalable mode can snoop. */
    public static final BitField SMPWC = BitField.bit("SMPWC", 48);
    /** Context entries of scalable mode name the PASID of requests without one. */
    public static final BitField RPS = BitField.bit("RPS", 49);

    private Ecap() { }

    /** Offset in bytes of the IVA register (IRO); the IOTLB register follows it. */
    public static int iotlbOffset(long ecap) {
        return (int) IRO.get(ecap) * 16;
    }
}
