package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.kernel.KernelLayout;
import org.osgi.service.component.annotations.Component;

/** Fault injection: allocations or notifiers that are to fail. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class KernelFault implements Action {
    @Override
    public String name() {
        return "kernel.fault";
    }

    @Override
    public String summary() {
        return "makes the next page allocations or calls of a memory notifier fail";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.choice("what", "what fails", "page-alloc", "page-alloc", "page-ext-notifier"),
                Parameter.optional("times", Parameter.Type.NUMBER, "how often", "1"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        long times = values.get("times");
        NotReadyException.require(times >= 0 && times <= Integer.MAX_VALUE, "times", times, "0 to 2147483647");
        cpu.store(values.get("what") == 0 ? KernelLayout.FAIL_PAGE_ALLOC : KernelLayout.FAIL_PAGE_EXT, times);
        return 0;
    }
}
