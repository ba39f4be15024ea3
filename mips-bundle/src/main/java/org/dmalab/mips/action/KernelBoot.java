package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.mips.MipsModel;
import org.dmalab.mips.kernel.Boot;
import org.osgi.service.component.annotations.Component;

/** {@code kernel.boot}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class KernelBoot implements Action {
    @Override
    public String name() {
        return "kernel.boot";
    }

    @Override
    public String summary() {
        return "the kernel starts: probes the caches, sets up its page lists";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        return Boot.boot(cpu, machine.model(MipsModel.class).boot());
    }
}
