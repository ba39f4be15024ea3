package org.dmalab.rules.sample;

import org.dmalab.rules.other.OtherBundle;
import org.dmalab.rules.sample.patch.Good;

/** Knows a patch, and another bundle. */
public final class Glue {
    private Glue() { }

    static Object both() {
        return new Good() == null ? OtherBundle.NAME : "";
    }
}
