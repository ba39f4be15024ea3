package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.osgi.service.component.annotations.Component;

/** {@code device.dma}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class DeviceDma implements Action {
    private static final long MAX_TRANSFER_BYTES = 16L << 20;

    @Override
    public String name() {
        return "device.dma";
    }

    @Override
    public String summary() {
        return "the controller transfers bytes at the address that it was given for a page, or at another";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE,
                Parameter.optional("address", Parameter.Type.ADDRESS,
                        "bus address; 0: as the driver was given", "0"),
                Parameter.optional("offset", Parameter.Type.SIZE, "from there", "0"),
                Parameter.optional("length", Parameter.Type.SIZE, "bytes; 0: to the end of what is mapped", "0"),
                Arguments.DIRECTION, Arguments.pattern("0x5a5a5a5a"));
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        long offset = values.get("offset");
        long length = values.get("length");
        Direction direction = Arguments.direction(values);
        Arguments.requireRange(offset >= 0 && length >= 0 && length <= MAX_TRANSFER_BYTES, values,
                "an offset from 0 and a length of 0 to " + MAX_TRANSFER_BYTES);
        if (values.get("address") != 0) {
            return SataController.transfer(machine, values.get("address") + offset, length, direction,
                    values.get("pattern"), offset);
        }
        return SataController.request(machine, cpu, Arguments.index(values), offset, length, direction,
                values.get("pattern"));
    }
}
