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

/** Memory goes off line, block by block, and back to the hypervisor if asked for. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class MemoryOffline implements Action {
    @Override
    public String name() {
        return "memory.offline";
    }

    @Override
    public String summary() {
        return "takes memory off line, block by block";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.required("start", Parameter.Type.ADDRESS, "physical address"),
                Parameter.required("size", Parameter.Type.SIZE, "bytes"),
                Parameter.optional("remove", Parameter.Type.FLAG, "also give it back to the hypervisor", "false"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        long start = values.get("start");
        long size = values.get("size");
        PseriesModel.requireBlocks(cpu, start, size);
        if (!values.flag("remove")) {
            return MemoryHotplug.offline(cpu, start, size);
        }
        cpu.hcall(PlatformRequest.UNPLUG, start, size, 0, 0);
        return MemoryHotplug.hotRemove(cpu, start, size);
    }
}
