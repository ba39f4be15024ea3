package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.kernel.Boot;
import org.dmalab.vtd.kernel.KernelLayout;
import org.osgi.service.component.annotations.Component;

/** A kernel boots on a machine that has just been powered on. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class KernelBoot implements Action {
    @Override
    public String name() {
        return "kernel.boot";
    }

    @Override
    public String summary() {
        return "boot the kernel: read the DMAR table, set up the remapping unit";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        if (cpu.load(KernelLayout.SYSTEM_STATE) != 0) {
            return Errno.EBUSY;
        }
        return Boot.boot(cpu, machine.model(VtdModel.class).boot(), 0);
    }
}
