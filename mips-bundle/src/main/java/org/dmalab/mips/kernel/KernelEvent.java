package org.dmalab.mips.kernel;

import org.dmalab.api.event.EventKind;

/** What this kernel announces with {@code cpu.note}; the operands a to c are listed. */
public final class KernelEvent {
    /** Cache maintenance of a range begins: physical address of its first byte, length, 1 if for the processor. */
    public static final int SECTION_BEGIN = EventKind.ARCHITECTURE + 32;
    /** It ends: the same operands. */
    public static final int SECTION_END = EventKind.ARCHITECTURE + 33;

    private KernelEvent() { }
}
