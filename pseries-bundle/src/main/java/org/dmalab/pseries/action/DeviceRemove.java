package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.kernel.Buffers;
import org.dmalab.pseries.kernel.PciDevices;
import org.osgi.service.component.annotations.Component;

/** A device and its host bridge are taken away (DLPAR): the windows are cleaned and removed. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class DeviceRemove implements Action {
    @Override
    public String name() {
        return "device.remove";
    }

    @Override
    public String summary() {
        return "takes a device and its host bridge with all windows away";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 00:00.0"),
                Parameter.choice("buffers", "what the driver does first with buffers that it keeps mapped", "unmap",
                        "unmap", "keep"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        PseriesModel.requireDevice(machine, values.get("device"));
        if (values.get("buffers") == 0) {
            Buffers.unmapAll(cpu, values.get("device"));
        }
        return PciDevices.remove(cpu, values.get("device"));
    }
}
