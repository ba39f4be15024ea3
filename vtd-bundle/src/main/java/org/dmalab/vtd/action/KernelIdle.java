package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.kernel.FlushQueue;
import org.osgi.service.component.annotations.Component;

/** Time passes, and the kernel's timers expire. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class KernelIdle implements Action {
    @Override
    public String name() {
        return "kernel.idle";
    }

    @Override
    public String summary() {
        return "let 10 ms pass: the timer of the flush queue expires (deferredUnmap)";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        VtdModel.requireRunning(cpu);
        cpu.delay(FlushQueue.TIMEOUT_NANOS);
        FlushQueue.timeout(cpu);
        return 0;
    }
}
