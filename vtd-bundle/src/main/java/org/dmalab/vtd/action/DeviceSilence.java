package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.osgi.service.component.annotations.Component;

/** A device with a TLB of its own stops answering invalidations, or answers again. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DeviceSilence implements Action {
    private static final int BUS_AND_FUNCTION = 0xffff;

    @Override
    public String name() {
        return "device.silence";
    }

    @Override
    public String summary() {
        return "a device in which ATS is enabled stops answering invalidations of its TLB, or answers again";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 00:05.0"),
                Parameter.optional("silent", Parameter.Type.FLAG, "false: it answers again", "true"));
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        int sourceId = (int) values.get("device");
        RemappingUnit unit = machine.model(VtdModel.class).units().of(sourceId);
        if (unit == null || !unit.deviceTlbs().enabled(sourceId & BUS_AND_FUNCTION)) {
            return Errno.EINVAL;
        }
        unit.deviceTlbs().silence(sourceId & BUS_AND_FUNCTION, values.get("silent") != 0);
        return 0;
    }
}
