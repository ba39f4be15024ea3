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

/** A device gets its domain. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DeviceAttach implements Action {
    @Override
    public String name() {
        return "device.attach";
    }

    @Override
    public String summary() {
        return "attach a device to a domain of its own, as its driver's first use of the DMA API does";
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
        return DmaApi.attach(cpu, values.get("device"));
    }
}
