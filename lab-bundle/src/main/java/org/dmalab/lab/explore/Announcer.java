package org.dmalab.lab.explore;

import org.dmalab.lab.engine.ActionEnd;

/** Is told by the code of a strand in which action it is. */
interface Announcer {
    /** An action begins with the next call. */
    void begins(String action);

    /** The action has come to its end with the last call. */
    void ended(ActionEnd end);
}
