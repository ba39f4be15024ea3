package org.dmalab.vtd.spec;

import org.dmalab.api.store.BitField;

/** The Invalidation Queue Address Register, and what head and tail are made of. */
public final class Queue {
    /** Address of the queue. */
    public static final BitField QA = BitField.bits("QA", 63, 12);
    /** Descriptors of 256 bits. */
    public static final BitField DW = BitField.bit("DW", 11);
    /** Size of the queue: 2^QS pages. */
    public static final BitField QS = BitField.bits("QS", 2, 0);
    /** Head and tail: offset in the queue, in 16 bytes. */
    public static final BitField OFFSET = BitField.bits("offset", 18, 4);

    private Queue() { }
}
