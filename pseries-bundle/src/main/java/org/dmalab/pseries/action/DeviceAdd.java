package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.kernel.PciDevices;
import org.osgi.service.component.annotations.Component;

/** A device and its host bridge come back (DLPAR) with what firmware says of them. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class DeviceAdd implements Action {
    @Override
    public String name() {
        return "device.add";
    }

    @Override
    public String summary() {
        return "gives a device and its host bridge back that were taken away; device.probe comes next";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Transfer.device());
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        PseriesModel.requireDevice(machine, values.get("device"));
        return PciDevices.add(cpu, values.get("device"));
    }
}
