package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** {@code dma.unmap-sg}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class DmaUnmapSg implements Action {
    @Override
    public String name() {
        return "dma.unmap-sg";
    }

    @Override
    public String summary() {
        return "dma_unmap_sg: takes the pages back that dma.map-sg gave to the controller";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE);
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        return SataDriver.complete(cpu, Arguments.index(values), true);
    }
}
