package org.dmalab.api.service;

import java.util.Objects;
import java.util.function.Function;

/** The service properties by which a variant says what it is; {@link Patch} gives them. */
public final class Variant {
    /** Architecture: {@code pseries}, {@code vtd}, {@code mips}. */
    public static final String ARCH = "dmalab.arch";
    /** Short id, unique in its architecture. */
    public static final String ID = "dmalab.id";
    /** The id, in component descriptions written by hand; {@link #ID} goes first. */
    public static final String PATCH = "dmalab.patch";
    /** One line; {@code service.description} does as well. */
    public static final String DESCRIPTION = "dmalab.description";
    /** The kernel commit; empty or {@code -} if there is none. */
    public static final String COMMIT = "dmalab.commit";
    /** First and last kernel release, or the date of the proposal. */
    public static final String SINCE = "dmalab.since";
    /** The day of release or posting, {@code yyyy-mm-dd}: the order of variants; those without one come last. */
    public static final String DATE = "dmalab.date";
    /** One of {@link Origin}, in any case; {@code local} if it is missing. */
    public static final String ORIGIN = "dmalab.origin";
    /** The order of steps, one a line, as {@code patch:show} prints it; an array. */
    public static final String STEPS = "dmalab.steps";
    /** Known defects, one a line; an array, empty if there are none. */
    public static final String DEFECTS = "dmalab.defects";
    /** How the variant keeps kernel state; two variants with different values cannot be swapped on a live machine. */
    public static final String LAYOUT = "dmalab.layout";
    /** Eight hexadecimal digits of what a variant of C text was made from; a token has them behind the id. */
    public static final String HASH = "dmalab.hash";

    private Variant() { }

    /** The id of a variant with these properties; null if it has none. */
    public static String id(Function<String, ?> property) {
        Object id = property.apply(ID);
        return Objects.toString(id == null ? property.apply(PATCH) : id, null);
    }

    /** A filter of service properties for a variant; the id must be one, as its characters are not escaped. */
    public static String filter(String arch, String id) {
        return "(&(" + ARCH + "=" + arch + ")(|(" + ID + "=" + id + ")(" + PATCH + "=" + id + ")))";
    }
}
