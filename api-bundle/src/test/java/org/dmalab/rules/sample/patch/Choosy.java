package org.dmalab.rules.sample.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.rules.sample.hardware.Unit;

/** A variant that wants an argument, keeps it, and knows the hardware. */
public final class Choosy implements MemoryNotifier {
    private final long flags;

    /** Nobody can make it. */
    public Choosy(long flags) {
        this.flags = flags;
    }

    @Override
    public long notify(Cpu cpu, int action, long startPfn, long pageCount) {
        cpu.delay(flags);
        return Unit.class.isInstance(cpu) ? NOTIFY_BAD : NOTIFY_OK;
    }
}
