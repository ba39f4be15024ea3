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

/** A driver maps a buffer. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DmaMap implements Action {
    @Override
    public String name() {
        return "dma.map";
    }

    @Override
    public String summary() {
        return "allocate a buffer and map it for a device; 64 bytes are filled if the device may read it";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 02:00.0"),
                Parameter.optional("size", Parameter.Type.SIZE, "bytes, at most 256K", "4K"),
                Parameter.optional("memory", Parameter.Type.ADDRESS,
                        "physical address in memory that was added; 0 for where the kernel wants", "0"),
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
        if (values.get("memory") != 0) {
            return DmaApi.mapAdded(cpu, values.get("device"), values.get("memory"), values.get("size"), direction);
        }
        return DmaApi.mapNew(cpu, values.get("device"), values.get("size"), direction);
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return "bus address 0x" + Long.toHexString(result);
    }
}
