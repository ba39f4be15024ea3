package org.dmalab.vtd.hardware;

/**
 * The addresses at which writes are interrupts: requests for them are not translated, and no translation may lead
 * there. Specification: DMA Remapping, Handling Requests to Interrupt Address Range.
 */
public final class InterruptRange {
    /** The first address. */
    public static final long FIRST = 0xfee00000L;
    /** The first address behind it. */
    public static final long END = 0xfef00000L;

    private InterruptRange() { }
}
