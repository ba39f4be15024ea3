package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.service.Direction;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.MachineMemory;
import org.dmalab.pseries.kernel.Pages;

/** What the actions about buffers have in common: their parameters, and how a device reads or writes all of one. */
final class Transfer {
    private static final long MAXIMUM_BYTES = 1 << 20;
    private static final int WORD = 8;
    private static final long CPU_PATTERN = 0xc0c1c2c3c4c5c6c7L;
    private static final long DEVICE_PATTERN = 0xd0d1d2d3d4d5d6d7L;

    private Transfer() { }

    static Parameter device() {
        return Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 00:00.0");
    }

    static Parameter address() {
        return Parameter.optional("address", Parameter.Type.ADDRESS, "physical address of the buffer", "0x4000000");
    }

    static List<Parameter> buffer() {
        return List.of(device(), address(),
                Parameter.optional("length", Parameter.Type.SIZE, "bytes, a multiple of 8, at most 1M", "256"),
                Parameter.choice("direction", "who writes", "both", "both", "to-device", "from-device"));
    }

    /** Refuses what is no buffer; false if the partition has no memory there, because it never came on line, say. */
    static boolean isBuffer(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        PseriesModel.requireDevice(machine, values.get("device"));
        long length = values.get("length");
        long address = values.get("address");
        NotReadyException.require(length > 0 && length <= MAXIMUM_BYTES && length % WORD == 0, "length", length,
                "a multiple of 8, at most 1M");
        NotReadyException.require(address % WORD == 0, "address", "0x" + Long.toHexString(address), "a multiple of 8");
        MachineMemory memory = machine.model(PseriesModel.class).partition().memory();
        return memory.isPresent(address) && memory.isPresent(address + length - 1);
    }

    /** The processor writes a buffer that the device will read. */
    static void fill(Cpu cpu, long address, long length, Direction direction) {
        for (long i = 0; i < length && direction != Direction.FROM_DEVICE; i += WORD) {
            cpu.write(Pages.virtual(address + i), WORD, Endian.LITTLE, CPU_PATTERN ^ i);
        }
    }

    /** The device reads all of the buffer, then writes all of it, as far as the direction permits. */
    static boolean run(Machine machine, long sourceId, long bus, long length, Direction direction) {
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

    /** The processor finds what the device wrote. */
    static boolean check(Cpu cpu, long address, long length, Direction direction) {
        boolean same = true;
        for (long i = 0; i < length && direction != Direction.TO_DEVICE; i += WORD) {
            same &= cpu.read(Pages.virtual(address + i), WORD, Endian.LITTLE) == (DEVICE_PATTERN ^ i);
        }
        return same;
    }
}
