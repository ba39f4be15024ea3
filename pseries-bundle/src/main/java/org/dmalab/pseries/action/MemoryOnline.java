package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.PlatformRequest;
import org.dmalab.pseries.kernel.MemoryHotplug;
import org.osgi.service.component.annotations.Component;

/** Memory goes on line, block by block: new memory from the hypervisor (DLPAR), or blocks that were taken off line. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class MemoryOnline implements Action {
    @Override
    public String name() {
        return "memory.online";
    }

    @Override
    public String summary() {
        return "puts memory on line, block by block, up to the first refused block";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.required("start", Parameter.Type.ADDRESS, "physical address"),
                Parameter.required("size", Parameter.Type.SIZE, "bytes"),
                Parameter.optional("plug", Parameter.Type.FLAG,
                        "the platform gives the memory first, as far as it has it", "true"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        PseriesModel.requireBlocks(cpu, values.get("start"), values.get("size"));
        if (values.flag("plug")) {
            cpu.hcall(PlatformRequest.PLUG, values.get("start"), values.get("size"), 0, 0);
        }
        return MemoryHotplug.online(cpu, values.get("start"), values.get("size"));
    }
}
