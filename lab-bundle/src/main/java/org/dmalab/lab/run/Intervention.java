package org.dmalab.lab.run;

import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Hook;

/** Who stands in the path of an execution's calls, from the end of its first step on (as a rule the kernel's boot). */
interface Intervention {
    /** Puts itself into the path of every call. */
    Hook hook(Machine machine, Hook observing);

    /** Tells whether it has let a call fail. */
    default boolean failed() {
        return false;
    }

    /**
     * A step begins; nothing of it has happened.
     *
     * @param turn its number in the execution, from 0
     * @param pure whether its code is a function of what its calls return and nothing else
     * @param fallible whether its calls may fail; those of a boot may not
     * @param refusals what was declined before it
     */
    void begins(int turn, boolean pure, boolean fallible, List<String> refusals);
}
