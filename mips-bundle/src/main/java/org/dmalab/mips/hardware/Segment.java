package org.dmalab.mips.hardware;

/** The fixed segments of the 32-bit virtual address space (MIPS32 volume III, virtual memory). */
public enum Segment {
    /** 0x00000000: mapped by the TLB, for programs. */
    KUSEG,
    /** 0x80000000: the first 512 MB of memory, cached, not mapped. */
    KSEG0,
    /** 0xa0000000: the same 512 MB, uncached. */
    KSEG1,
    /** 0xc0000000: kseg2 and kseg3, mapped by the TLB, for the kernel. */
    KSEG23;

    /** First address of kseg0. */
    public static final long KSEG0_BASE = 0x80000000L;
    /** First address of kseg1. */
    public static final long KSEG1_BASE = 0xa0000000L;
    /** First address of kseg2. */
    public static final long KSEG2_BASE = 0xc0000000L;
    /** Pages are 4096 bytes. */
    public static final int PAGE_SHIFT = 12;
    /** Bytes of a page. */
    public static final int PAGE_BYTES = 1 << PAGE_SHIFT;

    /** The segment of an address, which must have 32 bits. */
    public static Segment of(long address) {
        if (address < KSEG0_BASE) {
            return KUSEG;
        }
        if (address < KSEG1_BASE) {
            return KSEG0;
        }
        return address < KSEG2_BASE ? KSEG1 : KSEG23;
    }

    /** Tells whether the TLB translates the segment. */
    public boolean mapped() {
        return this == KUSEG || this == KSEG23;
    }
}
