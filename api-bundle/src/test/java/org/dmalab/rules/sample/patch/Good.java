package org.dmalab.rules.sample.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.service.MemoryNotifier;

/** A variant as it should be. */
public final class Good implements MemoryNotifier {
    private static final long GOING = Text.id("going online");

    @Override
    public long notify(Cpu cpu, int action, long startPfn, long pageCount) {
        cpu.printk(GOING);
        return NOTIFY_OK;
    }
}
