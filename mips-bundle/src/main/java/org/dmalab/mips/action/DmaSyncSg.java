package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** {@code dma.sync-sg}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class DmaSyncSg implements Action {
    @Override
    public String name() {
        return "dma.sync-sg";
    }

    @Override
    public String summary() {
        return "dma_sync_sg_for_cpu or _for_device of the first segment of a mapped list";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE, Parameter.choice("for", "who gets it", "cpu", "cpu", "device"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        return SataDriver.syncRequest(cpu, Arguments.index(values), values.get("for") == 0);
    }
}
