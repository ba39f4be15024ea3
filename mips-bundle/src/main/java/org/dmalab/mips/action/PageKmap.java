package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.mips.kernel.PageAccess;
import org.osgi.service.component.annotations.Component;

/** {@code page.kmap}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class PageKmap implements Action {
    @Override
    public String name() {
        return "page.kmap";
    }

    @Override
    public String summary() {
        return "maps a page into the pool; prints its address";
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
        long page = Arguments.page(cpu, values);
        return page == 0 ? Errno.EINVAL : PageAccess.kmap(cpu, page);
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return String.format("address 0x%08x", result);
    }
}
