package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.port.DmaMaster;
import org.osgi.service.component.annotations.Component;

/** A device does DMA. Bytes it writes follow from their bus address. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DeviceDma implements Action {
    private static final long MAXIMUM_BYTES = 1 << 20;
    private static final long PATTERN = 0xd0d1d2d3d4d5d6d7L;

    @Override
    public String name() {
        return "device.dma";
    }

    @Override
    public String summary() {
        return "a device reads or writes memory by bus address, through the remapping unit";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 02:00.0"),
                Parameter.required("address", Parameter.Type.ADDRESS, "bus address"),
                Parameter.optional("length", Parameter.Type.SIZE, "bytes, at most 1M", "8"),
                Parameter.choice("direction", "what the device does", "read", "read", "write"));
    }

    @Override
    public boolean byDevice() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        long length = values.get("length");
        NotReadyException.require(length > 0 && length <= MAXIMUM_BYTES, "length", length, "1 to 1M");
        DmaMaster dma = machine.ports().dma();
        long device = values.get("device");
        long first = values.get("address");
        boolean write = values.get("direction") == 1;
        long done = 0;
        while (done < length) {
            int width = length - done >= 8 ? 8 : 1;
            long address = first + done;
            DmaMaster.Access access = write ? dma.write(device, address, width, PATTERN ^ address)
                    : dma.read(device, address, width);
            if (access.outcome() != DmaMaster.Outcome.OK) {
                break;
            }
            done += width;
        }
        Settle.all(machine);
        return done;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result + " of " + values.get("length") + " bytes";
    }
}
