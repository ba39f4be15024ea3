package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.VtdModel;
import org.osgi.service.component.annotations.Component;

/** A device goes on with DMA while the kernel works on the remapping unit. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DeviceStream implements Action {
    @Override
    public String name() {
        return "device.stream";
    }

    @Override
    public String summary() {
        return "a device goes on with DMA: one access after each register write of the kernel to the remapping unit";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 02:00.0"),
                Parameter.required("address", Parameter.Type.ADDRESS, "bus address"),
                Parameter.choice("direction", "what the device does", "read", "read", "write"),
                Parameter.optional("times", Parameter.Type.NUMBER, "how many accesses; 0 stops it", "1"));
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        machine.model(VtdModel.class).stream().start(values.get("device"), values.get("address"),
                values.get("direction") == 1, values.get("times"));
        return 0;
    }
}
