package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.kernel.Buffers;
import org.dmalab.pseries.kernel.KernelLayout.Buffer;
import org.osgi.service.component.annotations.Component;

/** The device reads or writes all of a buffer that its driver keeps mapped. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class DmaAccess implements Action {
    @Override
    public String name() {
        return "dma.access";
    }

    @Override
    public String summary() {
        return "the device reads or writes a buffer that its driver keeps mapped";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Transfer.device(), Transfer.address());
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        long sourceId = values.get("device");
        PseriesModel.requireDevice(machine, sourceId);
        long buffer = Buffers.find(cpu, sourceId, values.get("address"));
        if (buffer == 0) {
            return Errno.ENODEV;
        }
        long length = cpu.load(buffer, Buffer.LENGTH);
        Direction direction = Direction.of(cpu.load(buffer, Buffer.DIRECTION));
        Transfer.fill(cpu, values.get("address"), length, direction);
        boolean done = Transfer.run(machine, sourceId, cpu.load(buffer, Buffer.BUS), length, direction);
        return done && Transfer.check(cpu, values.get("address"), length, direction) ? length : Errno.EIO;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result + " bytes";
    }
}
