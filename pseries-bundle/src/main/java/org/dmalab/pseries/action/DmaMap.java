package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.kernel.Buffers;
import org.dmalab.pseries.kernel.PciDevices;
import org.osgi.service.component.annotations.Component;

/** A driver maps a buffer and keeps it, as for a ring of descriptors. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class DmaMap implements Action {
    @Override
    public String name() {
        return "dma.map";
    }

    @Override
    public String summary() {
        return "a driver maps a buffer and keeps it; dma.access and dma.unmap name it by its address";
    }

    @Override
    public List<Parameter> parameters() {
        return Transfer.buffer();
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        if (!Transfer.isBuffer(machine, cpu, values)) {
            return Errno.EINVAL;
        }
        long device = PciDevices.find(cpu, values.get("device"));
        if (device == 0) {
            return Errno.ENODEV;
        }
        if (Buffers.find(cpu, values.get("device"), values.get("address")) != 0) {
            return Errno.EEXIST;
        }
        return Buffers.map(cpu, device, values.get("address"), values.get("length"),
                Direction.of(values.get("direction")));
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return "at bus 0x" + Long.toHexString(result);
    }
}
