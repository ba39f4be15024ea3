package org.dmalab.pseries;

import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.pseries.hardware.Partition;
import org.dmalab.pseries.kernel.KernelData;

/**
 * What actions of this architecture find behind {@link Machine#model}.
 *
 * @param partition the hardware
 */
public record PseriesModel(Partition partition) {
    /** The model of a machine whose kernel runs. */
    static void requireRunning(Cpu cpu) {
        if (cpu.load(KernelData.SYSTEM_RUNNING) == 0) {
            throw new NotReadyException("the kernel does not run; kernel.boot comes first");
        }
    }
}
