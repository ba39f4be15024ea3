package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.kernel.MemoryHotplug;
import org.osgi.service.component.annotations.Component;

/** {@code daxctl reconfigure-device --mode=system-ram}: persistent memory becomes ordinary memory. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class PmemOnline implements Action {
    @Override
    public String name() {
        return "pmem.online";
    }

    @Override
    public String summary() {
        return "makes ordinary memory of persistent memory, as daxctl does";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("start", Parameter.Type.ADDRESS,
                        "physical address of the dax device; the range is shrunk to whole memory blocks"),
                Parameter.required("size", Parameter.Type.SIZE, "bytes"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        return MemoryHotplug.kmem(cpu, values.get("start"), values.get("size"));
    }
}
