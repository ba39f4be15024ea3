package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;

/**
 * What the lab gives an oracle beyond the api: what oracles know in common, words for the current event, and completion
 * of what it reported.
 */
interface LabWatch extends Oracle.Watch {
    /** What the oracles of the machine know in common; to be asked for when an oracle is attached. */
    Shadow shadow();

    /** The current event in the architecture's words; empty if it has none. */
    String describe();

    /**
     * Adds to the last violation that this oracle reported, when more is known: a count at the end of a step, the
     * kernel's own message.
     *
     * @param addition appended to the message
     */
    void complete(String addition);

    /** Adds to the last violation where the watch can. */
    static void complete(Oracle.Watch watch, String addition) {
        if (watch instanceof LabWatch lab) {
            lab.complete(addition);
        }
    }

    /** The current event in words, or other words where the watch has none. */
    static String describe(Oracle.Watch watch, String otherwise) {
        String words = watch instanceof LabWatch lab ? lab.describe() : "";
        return words.isEmpty() ? otherwise : words;
    }
}
