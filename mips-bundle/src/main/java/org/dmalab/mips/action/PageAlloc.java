package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.mips.kernel.PageAllocator;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** {@code page.alloc}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class PageAlloc implements Action {
    @Override
    public String name() {
        return "page.alloc";
    }

    @Override
    public String summary() {
        return "takes a page of memory into the page cache, as readahead does: nobody maps it";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE, Parameter.choice("zone", "which memory", "high", "high", "low"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        return SataDriver.add(cpu, Arguments.index(values),
                values.get("zone") == 0 ? PageAllocator.HIGH : PageAllocator.LOW);
    }
}
