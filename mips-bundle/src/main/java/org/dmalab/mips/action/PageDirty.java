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

/** {@code page.dirty}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class PageDirty implements Action {
    @Override
    public String name() {
        return "page.dirty";
    }

    @Override
    public String summary() {
        return "writes to a page, which leaves dirty cache lines; a program exits afterwards";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH,
                Arguments.pattern("0xdeadbeef"),
                Parameter.choice("through", "whose mapping", "program", "program", "kmap-atomic", "kmap"));
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
        long offset = values.get("offset");
        long length = values.get("length");
        switch ((int) values.get("through")) {
            case 0 -> PageAccess.writeAsProgram(cpu, page, offset, length, values.get("pattern"));
            case 1 -> PageAccess.writeAtomic(cpu, page, offset, length, values.get("pattern"));
            default -> PageAccess.writeByKmap(cpu, page, offset, length, values.get("pattern"));
        }
        return 0;
    }
}
