package org.dmalab.api.service;

/** Direction of a DMA transfer, with the kernel's numbers. */
public enum Direction {
    /** DMA_BIDIRECTIONAL. */
    BIDIRECTIONAL,
    /** DMA_TO_DEVICE. */
    TO_DEVICE,
    /** DMA_FROM_DEVICE. */
    FROM_DEVICE;

    private static final Direction[] VALUES = values();

    /** The direction with this number. */
    public static Direction of(long ordinal) {
        return VALUES[(int) ordinal];
    }
}
