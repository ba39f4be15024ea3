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

/** {@code page.kunmap}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class PageKunmap implements Action {
    @Override
    public String name() {
        return "page.kunmap";
    }

    @Override
    public String summary() {
        return "gives a kmap of a page back; the mapping stays until the pool wraps";
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
        if (page == 0) {
            return Errno.EINVAL;
        }
        PageAccess.kunmap(cpu, page);
        return 0;
    }
}
