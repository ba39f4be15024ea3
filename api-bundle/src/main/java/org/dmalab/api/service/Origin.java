package org.dmalab.api.service;

import java.util.Locale;

/** Where a variant comes from. */
public enum Origin {
    /** In a released kernel. */
    MAINLINE,
    /** Posted, but not merged in this form. */
    PROPOSED,
    /** Made wrong on purpose, to see that it is found out. */
    MUTANT,
    /** Somebody's own. */
    LOCAL,
    /** The C text of a patch. */
    C;

    /** The word that lists and service properties show: {@code mainline}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
