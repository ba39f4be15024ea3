package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.hardware.PciSpace;
import org.osgi.service.component.annotations.Component;

/** The controller is reset. The remapping unit does not notice. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DeviceReset implements Action {
    @Override
    public String name() {
        return "device.reset";
    }

    @Override
    public String summary() {
        return "reset the RAID controller from outside: it forgets its commands";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 02:00.0"));
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        if (values.get("device") != PciSpace.CONTROLLER) {
            return Errno.ENODEV;
        }
        machine.model(VtdModel.class).controller().reset();
        Settle.all(machine);
        return 0;
    }
}
