package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.PlatformRequest;
import org.dmalab.pseries.kernel.BigEndian;
import org.dmalab.pseries.kernel.DeviceTree;
import org.dmalab.pseries.kernel.Pages;
import org.osgi.service.component.annotations.Component;

/** The partition moves to another machine, which changes ibm,lrdr-capacity in the device tree. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class PartitionMigrate implements Action {
    @Override
    public String name() {
        return "partition.migrate";
    }

    @Override
    public String summary() {
        return "moves the partition to a machine with another maximum of memory";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.required("capacity", Parameter.Type.SIZE,
                "the new ibm,lrdr-capacity, in bytes"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        long value = DeviceTree.lrdrCapacity(cpu);
        if (value == 0) {
            return Errno.ENODEV;
        }
        long capacity = values.get("capacity");
        long increment = Math.max(1, BigEndian.load(cpu, value + Long.BYTES, Long.BYTES));
        boolean right = capacity >= 0 && capacity >>> Pages.MAX_PHYSMEM_BITS == 0 && capacity % increment == 0;
        NotReadyException.require(right, "capacity", "0x" + Long.toHexString(capacity), "a multiple of the logical "
                + "memory block of 0x" + Long.toHexString(increment) + " bytes below 0x"
                + Long.toHexString(1L << Pages.MAX_PHYSMEM_BITS));
        cpu.hcall(PlatformRequest.CAPACITY, capacity, 0, 0, 0);
        BigEndian.store(cpu, value, Long.BYTES, capacity);
        return 0;
    }
}
