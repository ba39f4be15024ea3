package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.Partition;
import org.osgi.service.component.annotations.Component;

/** The partition is reset: the kernel and its windows are gone, memory and what is in it stays. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class MachineReset implements Action {
    @Override
    public String name() {
        return "machine.reset";
    }

    @Override
    public String summary() {
        return "resets the partition; boot comes next";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        Partition partition = machine.model(PseriesModel.class).partition();
        PseriesModel.requireAlive(partition.rtas());
        PseriesModel.forgetKernel(machine);
        partition.reset(machine.spec());
        PseriesModel.requireAlive(partition.rtas());
        return 0;
    }
}
