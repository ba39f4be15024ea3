package org.dmalab.mips;

import org.dmalab.api.Machine;

/** The handles of a machine, for tests of other packages. */
public final class MipsModels {
    private MipsModels() { }

    public static MipsModel of(Machine machine) {
        return machine.model(MipsModel.class);
    }
}
