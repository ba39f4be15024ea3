package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.osgi.service.component.annotations.Component;

/** {@code device.dma-line}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class DeviceDmaLine implements Action {
    @Override
    public String name() {
        return "device.dma-line";
    }

    @Override
    public String summary() {
        return "the controller transfers one cache line of what it was given for a page, at once";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE,
                Parameter.optional("line", Parameter.Type.NUMBER, "which one, from 0", "0"),
                Arguments.DIRECTION, Arguments.pattern("0x5a5a5a5a"));
    }

    @Override
    public boolean byDevice() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        NotReadyException.require(values.get("line") >= 0, "line", values.get("line"), "0 or more");
        return SataController.line(machine, Arguments.index(values), values.get("line"),
                Arguments.direction(values), values.get("pattern"));
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result + " bytes";
    }
}
