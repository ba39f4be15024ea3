package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.MachineMemory;
import org.dmalab.pseries.kernel.DmaApi;
import org.dmalab.pseries.kernel.Pages;
import org.dmalab.pseries.kernel.PciDevices;
import org.osgi.service.component.annotations.Component;

/** A driver maps a buffer, the device reads or writes all of it through its window, the driver unmaps it. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class DmaTransfer implements Action {
    private static final long MAXIMUM_BYTES = 1 << 20;
    private static final int WORD = 8;
    private static final long CPU_PATTERN = 0xc0c1c2c3c4c5c6c7L;
    private static final long DEVICE_PATTERN = 0xd0d1d2d3d4d5d6d7L;

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
        return List.of(Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 00:00.0"),
                Parameter.optional("address", Parameter.Type.ADDRESS, "physical address of the buffer", "0x4000000"),
                Parameter.optional("length", Parameter.Type.SIZE, "bytes, a multiple of 8, at most 1M", "256"),
                Parameter.choice("direction", "who writes", "both", "both", "to-device", "from-device"));
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        PseriesModel.requireDevice(machine, values.get("device"));
        long device = PciDevices.find(cpu, values.get("device"));
        long length = values.get("length");
        long address = values.get("address");
        MachineMemory memory = machine.model(PseriesModel.class).partition().memory();
        NotReadyException.require(length > 0 && length <= MAXIMUM_BYTES && length % WORD == 0, "length", length,
                "a multiple of 8, at most 1M");
        NotReadyException.require(address % WORD == 0, "address", "0x" + Long.toHexString(address), "a multiple of 8");
        if (!memory.isPresent(address) || !memory.isPresent(address + length - 1)) {
            return Errno.EINVAL; // a buffer in memory that never came on line, say
        }
        if (device == 0) {
            return Errno.ENODEV;
        }
        Direction direction = Direction.of(values.get("direction"));
        if (direction != Direction.FROM_DEVICE) {
            fill(cpu, address, length);
        }
        long bus = DmaApi.map(cpu, device, address, length, direction);
        if (bus < 0) {
            return bus;
        }
        boolean done = transfer(machine, values.get("device"), bus, length, direction);
        long result = DmaApi.unmap(cpu, device, bus, address, length, direction);
        if (done && direction != Direction.TO_DEVICE) {
            done = check(cpu, address, length);
        }
        return result < 0 ? result : done ? length : Errno.EIO;
    }

    private static void fill(Cpu cpu, long address, long length) {
        for (long i = 0; i < length; i += WORD) {
            cpu.write(Pages.virtual(address + i), WORD, Endian.LITTLE, CPU_PATTERN ^ i);
        }
    }

    /** The device reads all of the buffer, then writes all of it, as far as the direction permits. */
    private static boolean transfer(Machine machine, long sourceId, long bus, long length, Direction direction) {
        DmaMaster dma = machine.ports().dma();
        for (long i = 0; i < length && direction != Direction.FROM_DEVICE; i += WORD) {
            DmaMaster.Access access = dma.read(sourceId, bus + i, WORD);
            if (access.outcome() != DmaMaster.Outcome.OK || access.value() != (CPU_PATTERN ^ i)) {
                return false;
            }
        }
        for (long i = 0; i < length && direction != Direction.TO_DEVICE; i += WORD) {
            if (dma.write(sourceId, bus + i, WORD, DEVICE_PATTERN ^ i).outcome() != DmaMaster.Outcome.OK) {
                return false;
            }
        }
        return true;
    }

    private static boolean check(Cpu cpu, long address, long length) {
        boolean same = true;
        for (long i = 0; i < length; i += WORD) {
            same &= cpu.read(Pages.virtual(address + i), WORD, Endian.LITTLE) == (DEVICE_PATTERN ^ i);
        }
        return same;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result + " bytes";
    }
}
