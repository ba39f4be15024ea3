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

/** A driver takes a buffer back. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DmaUnmap implements Action {
    @Override
    public String name() {
        return "dma.unmap";
    }

    @Override
    public String summary() {
        return "unmap and free the buffer at a bus address";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 02:00.0"),
                Parameter.required("address", Parameter.Type.ADDRESS, "bus address that dma.map gave"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        VtdModel.requireRunning(cpu);
        return DmaApi.unmap(cpu, values.get("device"), values.get("address"));
    }
}
