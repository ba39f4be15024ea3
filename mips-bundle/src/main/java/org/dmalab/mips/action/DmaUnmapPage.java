package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** {@code dma.unmap-page}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class DmaUnmapPage implements Action {
    @Override
    public String name() {
        return "dma.unmap-page";
    }

    @Override
    public String summary() {
        return "dma_unmap_page: takes back what dma.map-page gave, by its bus address";
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
        return SataDriver.unmapPage(cpu, Arguments.index(values));
    }
}
