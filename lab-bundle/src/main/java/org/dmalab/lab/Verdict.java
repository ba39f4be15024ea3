package org.dmalab.lab;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What came of a run or a search, in order of precedence. */
public enum Verdict {
    /** The lab or the variant could not run it: something unexpected was thrown, or the variant keeps hidden state. */
    BROKEN,
    /** An oracle was violated. */
    FAIL,
    /** A search hit a bound before it had tried everything, and no oracle was violated so far. */
    UNDECIDED,
    /** The kernel declined by its own rules and no oracle was violated. */
    REFUSED,
    /** All well. */
    PASS;

    /** How it is printed: {@code pass}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The verdict that is printed so. */
    public static Optional<Verdict> of(String text) {
        return Stream.of(values()).filter(verdict -> verdict.text().equals(text)).findFirst();
    }
}
