package org.dmalab.lab.explore;

/** Code that breaks the rules by which it can be replayed: hidden state, a swallowed stop, an unbounded history. */
public final class BrokenCode extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says which rule, with the class, the line and the calls that differ. */
    public BrokenCode(String message) {
        super(message);
    }
}
