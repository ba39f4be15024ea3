package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.kernel.Buffers;
import org.osgi.service.component.annotations.Component;

/** A driver unmaps a buffer that it kept. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class DmaUnmap implements Action {
    @Override
    public String name() {
        return "dma.unmap";
    }

    @Override
    public String summary() {
        return "a driver unmaps a buffer that it kept";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Transfer.device(), Transfer.address());
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        PseriesModel.requireDevice(machine, values.get("device"));
        long buffer = Buffers.find(cpu, values.get("device"), values.get("address"));
        return buffer == 0 ? Errno.ENODEV : Buffers.unmap(cpu, buffer);
    }
}
