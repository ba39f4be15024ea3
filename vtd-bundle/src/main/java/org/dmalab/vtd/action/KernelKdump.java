package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.kernel.Boot;
import org.dmalab.vtd.kernel.KernelLayout;
import org.osgi.service.component.annotations.Component;

/** The capture kernel boots: with its own data, and with the tables that the old kernel left in memory. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class KernelKdump implements Action {
    @Override
    public String name() {
        return "kernel.kdump";
    }

    @Override
    public String summary() {
        return "boot the capture kernel after a crash: it takes over the tables";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        if (cpu.load(KernelLayout.SYSTEM_STATE) != Boot.CRASHED) {
            throw new NotReadyException("no kernel has crashed; kernel.crash comes first");
        }
        long crashed = cpu.load(KernelLayout.PAGE_BASE);
        KernelLayout.startOver(machine.kernel());
        return Boot.boot(cpu, machine.model(VtdModel.class).boot(), crashed);
    }
}
