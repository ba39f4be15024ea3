package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.mips.kernel.DmaApi;
import org.dmalab.mips.kernel.Interrupts;
import org.osgi.service.component.annotations.Component;

/** {@code dma.maintain}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class DmaMaintain implements Action {
    @Override
    public String name() {
        return "dma.maintain";
    }

    @Override
    public String summary() {
        return "one maintenance section: what dma_map_sg does for one page before a transfer";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH, Arguments.DIRECTION);
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        Arguments.requireInPage(values);
        long page = Arguments.page(cpu, values);
        if (page == 0) {
            return Errno.EINVAL;
        }
        long flags = Interrupts.enter(cpu);
        DmaApi.maintain(cpu, page, values.get("offset"), values.get("length"), Arguments.direction(values));
        Interrupts.leave(cpu, flags);
        return 0;
    }
}
