package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** {@code page.free}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class PageFree implements Action {
    @Override
    public String name() {
        return "page.free";
    }

    @Override
    public String summary() {
        return "takes a page out of the page cache and frees it; its cache lines stay as they are";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE);
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        return SataDriver.remove(cpu, Arguments.index(values));
    }
}
