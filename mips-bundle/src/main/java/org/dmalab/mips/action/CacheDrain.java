package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.mips.MipsModel;
import org.osgi.service.component.annotations.Component;

/** {@code cache.drain}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class CacheDrain implements Action {
    @Override
    public String name() {
        return "cache.drain";
    }

    @Override
    public String summary() {
        return "the write buffer sends its oldest line to memory";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        return machine.model(MipsModel.class).caches().drainOne() ? 1 : 0;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result + " lines";
    }
}
