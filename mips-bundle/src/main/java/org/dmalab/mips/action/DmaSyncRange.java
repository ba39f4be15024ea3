package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** {@code dma.sync-range}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class DmaSyncRange implements Action {
    @Override
    public String name() {
        return "dma.sync-range";
    }

    @Override
    public String summary() {
        return "dma_sync_single_range_for_cpu or _for_device of a part of a mapped page";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE,
                Parameter.optional("offset", Parameter.Type.SIZE, "from the start of what is mapped", "0"),
                Arguments.LENGTH, Parameter.choice("for", "who gets it", "cpu", "cpu", "device"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        Arguments.requireInPage(values);
        return SataDriver.syncRange(cpu, Arguments.index(values), values.get("offset"), values.get("length"),
                values.get("for") == 0);
    }
}
