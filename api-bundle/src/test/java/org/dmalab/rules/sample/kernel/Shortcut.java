package org.dmalab.rules.sample.kernel;

import org.dmalab.api.port.Registers;

/** Goes to the hardware past its Cpu. */
final class Shortcut {
    private Shortcut() { }

    static long status(Registers registers) {
        return registers.read(0, 4);
    }
}
