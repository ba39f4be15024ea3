package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.kernel.PciDevices;
import org.osgi.service.component.annotations.Component;

/** A driver binds to a device and sets its DMA mask, which makes the kernel look for a window. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class DeviceProbe implements Action {
    private static final int LEAST_BITS = 24;

    @Override
    public String name() {
        return "device.probe";
    }

    @Override
    public String summary() {
        return "a driver binds to a device and sets its DMA masks";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 00:00.0"),
                Parameter.optional("mask", Parameter.Type.NUMBER, "bits of the DMA mask, 24 to 64", "64"),
                Parameter.choice("driver", "name of the driver", "pci", "pci", "xhci_hcd", "nvme", "mlx5_core"),
                Parameter.choice("masks", "what the driver sets: both masks, or the one for buffers alone", "both",
                        "both", "streaming"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        long bits = values.get("mask");
        NotReadyException.require(bits >= LEAST_BITS && bits <= Long.SIZE, "mask", bits, "24 to 64 bits");
        long device = values.get("device");
        PseriesModel.requireDevice(machine, device);
        return PciDevices.probe(cpu, device, PciDevices.name(device), driver((int) values.get("driver")),
                -1L >>> (Long.SIZE - bits), values.get("masks") == 0);
    }

    private long driver(int index) {
        return Text.id(parameters().get(2).choices().get(index));
    }
}
