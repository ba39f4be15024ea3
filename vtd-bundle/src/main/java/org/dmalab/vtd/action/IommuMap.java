package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.kernel.DmaApi;
import org.osgi.service.component.annotations.Component;

/** A user of the IOMMU API maps a buffer where it wants it. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class IommuMap implements Action {
    @Override
    public String name() {
        return "iommu.map";
    }

    @Override
    public String summary() {
        return "map a new buffer at a bus address of one's choice, as VFIO does; dma.unmap takes it back";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 02:00.0"),
                Parameter.required("address", Parameter.Type.ADDRESS, "bus address, on a page"),
                Parameter.optional("size", Parameter.Type.SIZE, "bytes, at most 4M; from 256K on in steps of 256K",
                        "4K"),
                Parameter.choice("direction", "who writes the buffer", "bidirectional", "bidirectional", "to-device",
                        "from-device"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        VtdModel.requireRunning(cpu);
        Direction direction = Direction.of(values.get("direction"));
        return DmaApi.mapAt(cpu, values.get("device"), values.get("address"), values.get("size"), direction);
    }
}
