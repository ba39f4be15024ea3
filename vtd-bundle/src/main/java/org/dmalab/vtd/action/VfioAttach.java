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

/** A device is given to a user of the IOMMU API. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class VfioAttach implements Action {
    @Override
    public String name() {
        return "vfio.attach";
    }

    @Override
    public String summary() {
        return "give a device to VFIO: a domain in which nothing is mapped; refused if an RMRR names it, but for USB "
                + "and graphics";
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
        return DmaApi.attachForUser(cpu, values.get("device"));
    }
}
