package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.kernel.HotMemory;

/** What going on line and going off line have in common: a range of whole memory blocks, and a kernel to ask. */
final class MemoryBlocks {
    static final List<Parameter> PARAMETERS = List.of(
            Parameter.required("start", Parameter.Type.ADDRESS, "physical address, on 128M"),
            Parameter.required("size", Parameter.Type.SIZE, "bytes, a multiple of 128M"));

    private MemoryBlocks() { }

    /** Refuses a range that no kernel is asked about, and a machine whose kernel does not run. */
    static void require(Machine machine, Cpu cpu, Values values) {
        long start = values.get("start");
        long size = values.get("size");
        boolean blocks = size > 0 && ((start | size) & HotMemory.BLOCK_BYTES - 1) == 0
                && machine.model(VtdModel.class).memory().isRam(start, size);
        if (!blocks) {
            throw new NotReadyException(String.format("start and size: 0x%x and 0x%x, expected whole blocks of 128M "
                    + "of the machine's memory", start, size));
        }
        VtdModel.requireRunning(cpu);
    }
}
