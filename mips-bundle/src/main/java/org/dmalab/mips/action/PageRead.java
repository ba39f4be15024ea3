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

/** {@code page.read}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class PageRead implements Action {
    @Override
    public String name() {
        return "page.read";
    }

    @Override
    public String summary() {
        return "the kernel reads a page through a fresh mapping";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH);
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        Arguments.requireWordsInPage(values);
        if (Arguments.page(cpu, values) == 0) {
            return Errno.EINVAL;
        }
        long page = Arguments.page(cpu, values);
        return PageAccess.readAtomic(cpu, page, values.get("offset"), values.get("length"));
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return String.format("sum of its words 0x%08x", result);
    }
}
