package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.mips.MipsModel;
import org.dmalab.mips.hardware.Caches;
import org.dmalab.mips.kernel.Pages;
import org.osgi.service.component.annotations.Component;

/** {@code cache.evict}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class CacheEvict implements Action {
    @Override
    public String name() {
        return "cache.evict";
    }

    @Override
    public String summary() {
        return "the replacement takes lines of a page out of all caches, writing back what is dirty";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH);
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        Arguments.requireInPage(values);
        long page = Arguments.page(cpu, values);
        if (page == 0) {
            return Errno.EINVAL;
        }
        Caches caches = machine.model(MipsModel.class).caches();
        long start = Pages.physical(page) + values.get("offset");
        long lines = 0;
        for (long at = start; at < start + values.get("length"); at += caches.shape().primary().lineBytes()) {
            for (int p = 0; p < machine.processors().count(); p++) {
                lines += caches.evict(p, at) ? 1 : 0;
            }
            lines += caches.evictShared(at) ? 1 : 0;
        }
        return lines;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result + " lines";
    }
}
