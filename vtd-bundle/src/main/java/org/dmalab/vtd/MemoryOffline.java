package org.dmalab.vtd;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.Boot;
import org.dmalab.vtd.kernel.HotMemory;
import org.dmalab.vtd.kernel.KernelLayout;
import org.osgi.service.component.annotations.Component;

/** Memory that was added goes off line. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class MemoryOffline implements Action {
    @Override
    public String name() {
        return "memory.offline";
    }

    @Override
    public String summary() {
        return "take memory off line that was put on line as one";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.required("start", Parameter.Type.ADDRESS, "physical address, on 128M"),
                Parameter.required("size", Parameter.Type.SIZE, "bytes, a multiple of 128M"));
    }

    @Override
    public boolean concurrent() {
        return true;
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        long start = values.get("start");
        long size = values.get("size");
        boolean blocks = size > 0 && ((start | size) & HotMemory.BLOCK_BYTES - 1) == 0
                && machine.model(VtdModel.class).memory().isRam(start, size);
        if (!blocks || cpu.load(KernelLayout.SYSTEM_STATE) != Boot.RUNNING) {
            return Errno.EINVAL;
        }
        return HotMemory.offline(cpu, start, size);
    }
}
