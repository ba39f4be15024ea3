package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.kernel.DmaApi;
import org.dmalab.pseries.kernel.PciDevices;
import org.osgi.service.component.annotations.Component;

/** A driver maps a buffer, the device reads or writes all of it through its window, the driver unmaps it. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class DmaTransfer implements Action {
    @Override
    public String name() {
        return "dma.transfer";
    }

    @Override
    public String summary() {
        return "a driver maps a buffer, the device reads or writes it, the driver unmaps it";
    }

    @Override
    public List<Parameter> parameters() {
        return Transfer.buffer();
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        if (!Transfer.isBuffer(machine, cpu, values)) {
            return Errno.EINVAL;
        }
        long sourceId = values.get("device");
        long device = PciDevices.find(cpu, sourceId);
        if (device == 0) {
            return Errno.ENODEV;
        }
        long address = values.get("address");
        long length = values.get("length");
        Direction direction = Direction.of(values.get("direction"));
        Transfer.fill(cpu, address, length, direction);
        long bus = DmaApi.map(cpu, device, address, length, direction);
        if (bus < 0) {
            return bus;
        }
        boolean done = Transfer.run(machine, sourceId, bus, length, direction);
        long result = DmaApi.unmap(cpu, device, bus, address, length, direction);
        if (result < 0) {
            return result;
        }
        return done && Transfer.check(cpu, address, length, direction) ? length : Errno.EIO;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result + " bytes";
    }
}
