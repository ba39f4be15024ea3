package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.kernel.HpsaDriver;
import org.osgi.service.component.annotations.Component;

/** The hpsa driver finds its controller. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class DriverProbe implements Action {
    @Override
    public String name() {
        return "driver.probe";
    }

    @Override
    public String summary() {
        return "probe the RAID controller: in a capture kernel reset it and send it a no-op message";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 02:00.0"),
                Parameter.optional("tries", Parameter.Type.NUMBER, "how often the no-op is sent at most", "12"));
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        VtdModel.requireRunning(cpu);
        return HpsaDriver.probe(cpu, values.get("device"), values.get("tries"));
    }
}
