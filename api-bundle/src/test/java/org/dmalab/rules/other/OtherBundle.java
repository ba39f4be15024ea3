package org.dmalab.rules.other;

/** What the sample bundle must not know. */
public final class OtherBundle {
    /** Made when it is asked for, so that the compiler does not copy it. */
    public static final String NAME = new String("other");

    private OtherBundle() { }
}
