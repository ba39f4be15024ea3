package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** Fields of invalidation descriptors: of the first word unless said. Which a descriptor has, its type says. */
public final class Descriptor {
    /** Bits 3:0 of the type. */
    public static final BitField TYPE_LOW = BitField.bits("TYPE", 3, 0);
    /** Bits 6:4 of the type. */
    public static final BitField TYPE_HIGH = BitField.bits("TYPE[6:4]", 11, 9);
    /** Granularity. */
    public static final BitField G = BitField.bits("G", 5, 4);
    /** Interrupt entry cache: one index, not all. */
    public static final BitField GLOBAL = BitField.bit("G", 4);
    /** Domain-id. */
    public static final BitField DID = BitField.bits("DID", 31, 16);
    /** Source-id. */
    public static final BitField SID = BitField.bits("SID", 47, 32);
    /** Function mask. */
    public static final BitField FM = BitField.bits("FM", 49, 48);
    /** IOTLB: drain writes, reads. */
    public static final BitField DRAIN = BitField.bits("DW DR", 7, 6);
    /** PASID. */
    public static final BitField PASID = BitField.bits("PASID", 51, 32);
    /** Device-TLB: bits 3:0 of the physical function. */
    public static final BitField PFSID_LOW = BitField.bits("PFSID", 15, 12);
    /** Device-TLB: bits 15:4 of it. */
    public static final BitField PFSID_HIGH = BitField.bits("PFSID[15:4]", 63, 52);
    /** Device-TLB: most invalidations pending. */
    public static final BitField MIP = BitField.bits("MIP", 20, 16);
    /** Interrupt entry cache: index mask. */
    public static final BitField IM = BitField.bits("IM", 31, 27);
    /** Wait: interrupt when it is complete. */
    public static final BitField IF = BitField.bit("IF", 4);
    /** Wait: write a status word when it is complete. */
    public static final BitField SW = BitField.bit("SW", 5);
    /** Wait: fence. */
    public static final BitField FN = BitField.bit("FN", 6);
    /** Wait: drain page requests. */
    public static final BitField PD = BitField.bit("PD", 7);
    /** Wait: the status word. */
    public static final BitField DATA = BitField.bits("DATA", 63, 32);
    /** Wait, second word: reserved. */
    public static final BitField STATUS_RESERVED = BitField.bits("reserved", 1, 0);
    /** Second word: address. */
    public static final BitField ADDR = BitField.bits("ADDR", 63, 12);
    /** Second word: hint, only leaf entries have changed. */
    public static final BitField IH = BitField.bit("IH", 6);
    /** Second word: address mask, low bits of the page number to ignore. */
    public static final BitField AM = BitField.bits("AM", 5, 0);
    /** Device-TLB, second word: the address says the size. */
    public static final BitField S = BitField.bit("S", 0);
    /** Size of a narrow descriptor; a wide one has twice as many. */
    public static final int BYTES = 16;
    /** Type: context cache. */
    public static final int CONTEXT_CACHE = 1;
    /** Type: IOTLB. */
    public static final int IOTLB = 2;
    /** Type: device-TLB. */
    public static final int DEVICE_TLB = 3;
    /** Type: interrupt entry cache. */
    public static final int INTERRUPT_ENTRY = 4;
    /** Type: wait. */
    public static final int WAIT = 5;
    /** Type: IOTLB by PASID. */
    public static final int PASID_IOTLB = 6;
    /** Type: PASID cache. */
    public static final int PASID_CACHE = 7;

    private Descriptor() { }

    /** The type of a descriptor. */
    public static int type(long low) {
        return (int) (TYPE_LOW.get(low) | (TYPE_HIGH.get(low) << TYPE_LOW.width()));
    }
}
