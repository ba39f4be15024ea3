package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** {@code dma.map-page}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class DmaMapPage implements Action {
    @Override
    public String name() {
        return "dma.map-page";
    }

    @Override
    public String summary() {
        return "dma_map_page: gives a part of one page to the controller";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH, Arguments.DIRECTION);
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        Arguments.requireInPage(values);
        return SataDriver.mapPage(cpu, Arguments.index(values), values.get("offset"), values.get("length"),
                Arguments.direction(values));
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return String.format("bus address 0x%08x", result);
    }
}
