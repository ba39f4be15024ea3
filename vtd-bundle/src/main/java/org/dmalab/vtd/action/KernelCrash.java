package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.kernel.Boot;
import org.osgi.service.component.annotations.Component;

/** The kernel crashes. Nothing is turned off. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class KernelCrash implements Action {
    @Override
    public String name() {
        return "kernel.crash";
    }

    @Override
    public String summary() {
        return "crash the kernel; devices and tables go on as they are";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        long result = Boot.crash(cpu);
        if (result < 0) {
            throw VtdModel.notRunning();
        }
        return result;
    }
}
