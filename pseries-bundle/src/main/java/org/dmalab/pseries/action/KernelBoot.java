package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.pseries.hardware.Partition;
import org.dmalab.pseries.kernel.Boot;
import org.dmalab.pseries.kernel.Pages;
import org.osgi.service.component.annotations.Component;

/** The kernel starts: device tree, memory, the default DMA windows. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class KernelBoot implements Action {
    @Override
    public String name() {
        return "kernel.boot";
    }

    @Override
    public String summary() {
        return "boots the kernel";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        long tree = Pages.virtual(Partition.TREE_ADDRESS);
        return Boot.run(cpu, tree, machine.spec().number("multitce", 1) != 0);
    }
}
