package org.dmalab.api.service;

/** A machine needs a service that no variant provides now. The machine keeps its state and goes on when one returns. */
public final class NoVariantException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says which machine, which service, and what to do. */
    public NoVariantException(String message) {
        super(message);
    }
}
