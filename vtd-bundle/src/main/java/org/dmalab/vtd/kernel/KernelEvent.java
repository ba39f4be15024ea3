package org.dmalab.vtd.kernel;

import org.dmalab.api.event.EventKind;

/** Kinds of events that the kernel announces to oracles; the operands a to d are listed. */
public final class KernelEvent {
    /** A domain was given a domain-id: the id. */
    public static final int DOMAIN_ID_TAKEN = EventKind.ARCHITECTURE + 64;

    private KernelEvent() { }
}
