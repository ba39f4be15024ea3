package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.mips.MipsModel;
import org.dmalab.mips.hardware.Caches;
import org.dmalab.mips.kernel.Pages;
import org.osgi.service.component.annotations.Component;

/** {@code cache.prefetch}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class CachePrefetch implements Action {
    @Override
    public String name() {
        return "cache.prefetch";
    }

    @Override
    public String summary() {
        return "a processor fetches lines of a page that no instruction asked for";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH, Arguments.PROCESSOR);
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        Arguments.requireInPage(values);
        long processor = values.get("processor");
        int processors = machine.processors().count();
        NotReadyException.require(processor >= 0 && processor < processors, "processor", processor,
                "0 to " + (processors - 1));
        long page = Arguments.page(cpu, values);
        if (page == 0) {
            return Errno.EINVAL;
        }
        Caches caches = machine.model(MipsModel.class).caches();
        long start = Pages.physical(page) + values.get("offset");
        long lines = 0;
        for (long at = start; at < start + values.get("length"); at += caches.shape().primary().lineBytes()) {
            lines += caches.prefetch((int) processor, at) ? 1 : 0;
        }
        return lines;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result + " lines";
    }
}
