package org.dmalab.vtd.hardware;

import org.dmalab.vtd.spec.Cap;
import org.dmalab.vtd.spec.Ecap;
import org.dmalab.vtd.spec.FaultRecord;

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
        long faults = Cap.faultOffset(cap);
        long faultBytes = (long) Cap.faultCount(cap) * FaultRecord.BYTES;
        long iotlb = Ecap.iotlbOffset(ecap);
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
        return (int) Cap.domainCount(cap);
    }

    /** The bits of a domain-id that the unit has (ND); it has at most 16. */
    public int domainMask() {
        return Math.min(domainCount(), 1 << 16) - 1;
    }

    /** Software must flush the write buffer (RWBF). */
    public boolean writeBufferFlush() {
        return Cap.RWBF.isSet(cap);
    }

    /** Protected low or high memory region registers exist (PLMR, PHMR). */
    public boolean protectedMemory() {
        return Cap.PLMR.isSet(cap) || Cap.PHMR.isSet(cap);
    }

    /** Protected low memory region (PLMR). */
    public boolean protectedLowMemory() {
        return Cap.PLMR.isSet(cap);
    }

    /** Protected high memory region (PHMR). */
    public boolean protectedHighMemory() {
        return Cap.PHMR.isSet(cap);
    }

    /** Not-present and erroneous entries may be cached (CM). */
    public boolean cachingMode() {
        return Cap.CM.isSet(cap);
    }

    /** Supported adjusted guest address widths (SAGAW): bit n is width 30 + 9n. */
    public int supportedWidths() {
        return (int) Cap.SAGAW.get(cap);
    }

    /** Maximum guest address width in bits (MGAW). */
    public int maximumWidthBits() {
        return (int) Cap.MGAW.get(cap) + 1;
    }

    /** An address without the bits that no address of a domain can have. */
    public long guestAddress(long address) {
        int bits = maximumWidthBits();
        return bits == Long.SIZE ? address : address & ((1L << bits) - 1);
    }

    /** A pointer to tables as a unit uses it that may ignore the bits above its address width. */
    long pointer(long written, UnitProfile profile) {
        return profile.pointersCut() ? guestAddress(written) : written;
    }

    /** Offset of the first fault recording register (FRO). */
    public int faultOffset() {
        return Cap.faultOffset(cap);
    }

    /** Number of fault recording registers (NFR). */
    public int faultCount() {
        return Cap.faultCount(cap);
    }

    /** Superpage sizes (SLLPS): bit 0 is 2 MiB, bit 1 is 1 GiB. */
    public int superpages() {
        return (int) Cap.SLLPS.get(cap);
    }

    /** Tells whether pages of a level of the tables may be leaves above the last one (SLLPS). */
    public boolean hasSuperpage(int level) {
        return ((superpages() >>> (level - 2)) & 1) != 0;
    }

    /** Tells whether second-level tables may have a width, as AW counts it (SAGAW). */
    public boolean hasWidth(long addressWidth) {
        return addressWidth < Cap.SAGAW.width() && ((supportedWidths() >>> addressWidth) & 1) != 0;
    }

    /** Page-selective invalidation (PSI). */
    public boolean pageSelective() {
        return Cap.PSI.isSet(cap);
    }

    /** Largest address mask of a page-selective invalidation (MAMV). */
    public int maximumAddressMask() {
        return (int) Cap.MAMV.get(cap);
    }

    /** Hardware invalidates its caches by itself when the root table pointer is set (ESRTPS). */
    public boolean enhancedSetRoot() {
        return Cap.ESRTPS.isSet(cap);
    }

    /** Walks of root, context and second-level tables snoop the processors' caches (C). */
    public boolean coherent() {
        return Ecap.C.isSet(ecap);
    }

    /** Queued invalidation (QI). */
    public boolean queuedInvalidation() {
        return Ecap.QI.isSet(ecap);
    }

    /** Device-TLBs (DT). */
    public boolean deviceTlb() {
        return Ecap.DT.isSet(ecap);
    }

    /** Interrupt remapping (IR). */
    public boolean interruptRemapping() {
        return Ecap.IR.isSet(ecap);
    }

    /** Extended interrupt mode (EIM): messages go to 64-bit addresses. */
    public boolean extendedInterruptMode() {
        return Ecap.EIM.isSet(ecap);
    }

    /** Pass-through translation type (PT). */
    public boolean passThrough() {
        return Ecap.PT.isSet(ecap);
    }

    /** Snoop control (SC): bit 11 of a page-table entry is not reserved. */
    public boolean snoopControl() {
        return Ecap.SC.isSet(ecap);
    }

    /** Device-TLB invalidations are throttled by physical function: descriptors name it in PFSID (DIT). */
    public boolean deviceTlbThrottled() {
        return Ecap.DIT.isSet(ecap);
    }

    /** A wait descriptor can drain page requests (PDS). */
    public boolean pageRequestDrain() {
        return Ecap.PDS.isSet(ecap);
    }

    /** Scalable mode, and with it descriptors of 256 bits (SMTS). */
    public boolean scalableMode() {
        return Ecap.SMTS.isSet(ecap);
    }

    /** Page requests (PRS). */
    public boolean pageRequests() {
        return Ecap.PRS.isSet(ecap);
    }

    /** Requests with PASID (PASID). */
    public boolean pasids() {
        return Ecap.PASID.isSet(ecap);
    }

    /** Second-level translation in scalable mode (SLTS). */
    public boolean secondLevel() {
        return Ecap.SLTS.isSet(ecap);
    }

    /** Scalable-mode context entries name the PASID of requests without one (RPS); else it is 0. */
    public boolean ridPasid() {
        return Ecap.RPS.isSet(ecap);
    }

    /** First-level or nested translation (FLTS, NEST), which are not modelled. */
    public boolean firstLevel() {
        return Ecap.FLTS.isSet(ecap) || Ecap.NEST.isSet(ecap);
    }

    /** Offset of the IVA register (IRO); the IOTLB register follows it. */
    public int iotlbOffset() {
        return Ecap.iotlbOffset(ecap);
    }
}
