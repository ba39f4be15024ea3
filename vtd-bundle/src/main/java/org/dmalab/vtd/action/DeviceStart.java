package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.Boot;
import org.dmalab.vtd.kernel.DmaApi;
import org.dmalab.vtd.kernel.KernelLayout;
import org.osgi.service.component.annotations.Component;

/** A driver starts its device: in a strand, the DMA comes after what the driver has done before. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DeviceStart implements Action {
    @Override
    public String name() {
        return "device.start";
    }

    @Override
    public String summary() {
        return "a driver writes a bus address to its device's doorbell, and the device reads 8 bytes there at once";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("device", Parameter.Type.DEVICE,
                        "one that is not the RAID controller, such as 00:05.0"),
                Parameter.required("address", Parameter.Type.ADDRESS, "bus address"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        if (cpu.load(KernelLayout.SYSTEM_STATE) != Boot.RUNNING) {
            return Errno.EINVAL;
        }
        return DmaApi.start(cpu, values.get("device"), values.get("address"));
    }
}
