package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.kernel.HotMemory;
import org.osgi.service.component.annotations.Component;

/** Memory that the kernel did not boot with goes on line. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class MemoryOnline implements Action {
    @Override
    public String name() {
        return "memory.online";
    }

    @Override
    public String summary() {
        return "put memory on line that the kernel did not boot with (hotplugBytes)";
    }

    @Override
    public List<Parameter> parameters() {
        return MemoryBlocks.PARAMETERS;
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        MemoryBlocks.require(machine, cpu, values);
        return HotMemory.online(cpu, values.get("start"), values.get("size"));
    }
}
