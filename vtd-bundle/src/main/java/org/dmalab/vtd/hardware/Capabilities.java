package org.dmalab.vtd.hardware;

/**
 * What a remapping unit can do: its CAP and ECAP registers, decoded.
 *
 * <p>Specification: Capability Register and Extended Capability Register.
 *
 * @param cap Capability Register
 * @param ecap Extended Capability Register
 */
public record Capabilities(long cap, long ecap) {
    private static final int PAGE_BYTES = 4096;
    private static final int FIRST_FREE_OFFSET = 0xc0;

    /** Refuses values that put registers where they cannot be. */
    public Capabilities {
        long faults = (cap >>> 24 & 0x3ff) << 4;
        long faultBytes = ((cap >>> 40 & 0xff) + 1) << 4;
        long iotlb = (ecap >>> 8 & 0x3ff) << 4;
        if (faults < FIRST_FREE_OFFSET || faults + faultBytes > PAGE_BYTES) {
            throw new IllegalArgumentException(String.format("CAP 0x%x: fault records at 0x%x to 0x%x, expected inside "
                    + "0xc0 to 0x1000", cap, faults, faults + faultBytes));
        }
        if (iotlb < FIRST_FREE_OFFSET || iotlb + 16 > PAGE_BYTES) {
            throw new IllegalArgumentException(String.format("ECAP 0x%x: IOTLB registers at 0x%x, expected inside 0xc0 "
                    + "to 0x1000", ecap, iotlb));
        }
        if (iotlb < faults + faultBytes && faults < iotlb + 16) {
            throw new IllegalArgumentException(String.format("CAP 0x%x and ECAP 0x%x: fault records at 0x%x and IOTLB "
                    + "registers at 0x%x overlap", cap, ecap, faults, iotlb));
        }
    }

    /** Number of domain-ids (ND). */
    public int domainCount() {
        return 1 << (4 + 2 * (int) (cap & 7));
    }

    /** The bits of a domain-id that the unit has (ND); it has at most 16. */
    public int domainMask() {
        return Math.min(domainCount(), 1 << 16) - 1;
    }

    /** Software must flush the write buffer (RWBF). */
    public boolean writeBufferFlush() {
        return (cap >>> 4 & 1) != 0;
    }

    /** Protected low or high memory region registers exist (PLMR, PHMR). */
    public boolean protectedMemory() {
        return (cap >>> 5 & 3) != 0;
    }

    /** Protected low memory region (PLMR). */
    public boolean protectedLowMemory() {
        return (cap >>> 5 & 1) != 0;
    }

    /** Protected high memory region (PHMR). */
    public boolean protectedHighMemory() {
        return (cap >>> 6 & 1) != 0;
    }

    /** Not-present and erroneous entries may be cached (CM). */
    public boolean cachingMode() {
        return (cap >>> 7 & 1) != 0;
    }

    /** Supported adjusted guest address widths (SAGAW): bit n is width 30 + 9n. */
    public int supportedWidths() {
        return (int) (cap >>> 8) & 0x1f;
    }

    /** Maximum guest address width in bits (MGAW). */
    public int maximumWidthBits() {
        return (int) (cap >>> 16 & 0x3f) + 1;
    }

    /** An address without the bits that no address of a domain can have. */
    public long guestAddress(long address) {
        int bits = maximumWidthBits();
        return bits == Long.SIZE ? address : address & (1L << bits) - 1;
    }

    /** Offset of the first fault recording register (FRO). */
    public int faultOffset() {
        return (int) (cap >>> 24 & 0x3ff) << 4;
    }

    /** Number of fault recording registers (NFR). */
    public int faultCount() {
        return (int) (cap >>> 40 & 0xff) + 1;
    }

    /** Superpage sizes (SLLPS): bit 0 is 2 MiB, bit 1 is 1 GiB. */
    public int superpages() {
        return (int) (cap >>> 34) & 0xf;
    }

    /** Page-selective invalidation (PSI). */
    public boolean pageSelective() {
        return (cap >>> 39 & 1) != 0;
    }

    /** Largest address mask of a page-selective invalidation (MAMV). */
    public int maximumAddressMask() {
        return (int) (cap >>> 48) & 0x3f;
    }

    /** Hardware invalidates its caches by itself when the root table pointer is set (ESRTPS). */
    public boolean enhancedSetRoot() {
        return cap < 0;
    }

    /** Walks of root, context and second-level tables snoop the processors' caches (C). */
    public boolean coherent() {
        return (ecap & 1) != 0;
    }

    /** Queued invalidation (QI). */
    public boolean queuedInvalidation() {
        return (ecap >>> 1 & 1) != 0;
    }

    /** Device-TLBs (DT). */
    public boolean deviceTlb() {
        return (ecap >>> 2 & 1) != 0;
    }

    /** Interrupt remapping (IR). */
    public boolean interruptRemapping() {
        return (ecap >>> 3 & 1) != 0;
    }

    /** Extended interrupt mode (EIM): messages go to 64-bit addresses. */
    public boolean extendedInterruptMode() {
        return (ecap >>> 4 & 1) != 0;
    }

    /** Pass-through translation type (PT). */
    public boolean passThrough() {
        return (ecap >>> 6 & 1) != 0;
    }

    /** Snoop control (SC): bit 11 of a page-table entry is not reserved. */
    public boolean snoopControl() {
        return (ecap >>> 7 & 1) != 0;
    }

    /** Device-TLB invalidations are throttled by physical function: descriptors name it in PFSID (DIT). */
    public boolean deviceTlbThrottled() {
        return (ecap >>> 41 & 1) != 0;
    }

    /** A wait descriptor can drain page requests (PDS). */
    public boolean pageRequestDrain() {
        return (ecap >>> 42 & 1) != 0;
    }

    /** Scalable mode, and with it descriptors of 256 bits (SMTS). */
    public boolean scalableMode() {
        return (ecap >>> 43 & 1) != 0;
    }

    /** Page requests (PRS). */
    public boolean pageRequests() {
        return (ecap >>> 29 & 1) != 0;
    }

    /** Requests with PASID (PASID). */
    public boolean pasids() {
        return (ecap >>> 40 & 1) != 0;
    }

    /** Second-level translation in scalable mode (SLTS). */
    public boolean secondLevel() {
        return (ecap >>> 46 & 1) != 0;
    }

    /** Scalable-mode context entries name the PASID of requests without one (RPS); else it is 0. */
    public boolean ridPasid() {
        return (ecap >>> 49 & 1) != 0;
    }

    /** First-level or nested translation (FLTS, NEST), which are not modelled. */
    public boolean firstLevel() {
        return (ecap >>> 47 & 1) != 0 || (ecap >>> 26 & 1) != 0;
    }

    /** Offset of the IVA register (IRO); the IOTLB register follows it. */
    public int iotlbOffset() {
        return (int) (ecap >>> 8 & 0x3ff) << 4;
    }
}
