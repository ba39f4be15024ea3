package org.dmalab.api.service;

/** The service properties by which a variant says what it is. */
public final class Variant {
    /** Architecture: {@code pseries}, {@code vtd}, {@code mips}. */
    public static final String ARCH = "dmalab.arch";
    /** Short id, unique in its architecture. */
    public static final String PATCH = "dmalab.patch";
    /** The kernel commit, or {@code -}. */
    public static final String COMMIT = "dmalab.commit";
    /** First and last kernel release, or the date of the proposal. */
    public static final String SINCE = "dmalab.since";
    /** {@code mainline}, {@code proposed}, {@code mutant} or {@code local}. */
    public static final String ORIGIN = "dmalab.origin";
    /** The order of steps, one a line, as {@code patch:show} prints it; an array. */
    public static final String STEPS = "dmalab.steps";
    /** Known defects, one a line; an array, empty if there are none. */
    public static final String DEFECTS = "dmalab.defects";
    /** How the variant keeps kernel state; two variants with different values cannot be swapped on a live machine. */
    public static final String LAYOUT = "dmalab.layout";

    private Variant() { }
}
