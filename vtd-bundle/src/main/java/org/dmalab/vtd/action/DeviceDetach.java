package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.kernel.DmaApi;
import org.osgi.service.component.annotations.Component;

/** A device leaves its domain. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DeviceDetach implements Action {
    @Override
    public String name() {
        return "device.detach";
    }

    @Override
    public String summary() {
        return "take a device without mappings out of its domain";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 02:00.0"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        VtdModel.requireRunning(cpu);
        return DmaApi.detach(cpu, values.get("device"));
    }
}
