package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.pseries.PseriesModel;
import org.osgi.service.component.annotations.Component;

/** A device does DMA at a bus address of its own choice, whether the kernel has mapped it or not. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class DeviceDma implements Action {
    @Override
    public String name() {
        return "device.dma";
    }

    @Override
    public String summary() {
        return "a device reads or writes 8 bytes at a bus address, mapped or not";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 00:00.0"),
                Parameter.required("address", Parameter.Type.ADDRESS, "bus address"),
                Parameter.choice("direction", "what the device does", "read", "read", "write"),
                Parameter.optional("value", Parameter.Type.NUMBER, "what it writes", "0"));
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        DmaMaster dma = machine.ports().dma();
        long device = values.get("device");
        PseriesModel.requireDevice(machine, device);
        long address = values.get("address");
        DmaMaster.Access access = values.get("direction") == 0 ? dma.read(device, address, Long.BYTES)
                : dma.write(device, address, Long.BYTES, values.get("value"));
        return access.outcome() == DmaMaster.Outcome.OK ? Long.BYTES : 0;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result == 0 ? "refused" : "done";
    }
}
