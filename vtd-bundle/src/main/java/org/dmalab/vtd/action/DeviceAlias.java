package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.kernel.Devices;
import org.osgi.service.component.annotations.Component;

/** A quirk of the kernel knows that a device also sends with another source-id. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DeviceAlias implements Action {
    @Override
    public String name() {
        return "device.alias";
    }

    @Override
    public String summary() {
        return "a quirk of the kernel gives a device a second source-id, before the device is attached";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 00:05.0"),
                Parameter.required("alias", Parameter.Type.DEVICE, "the other source-id, such as 00:05.1"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        VtdModel.requireRunning(cpu);
        return Devices.addAlias(cpu, values.get("device"), values.get("alias"));
    }
}
