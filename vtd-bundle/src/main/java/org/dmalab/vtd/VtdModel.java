package org.dmalab.vtd;

import org.dmalab.api.NotReadyException;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.hardware.DmaStream;
import org.dmalab.vtd.hardware.MachineMemory;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.dmalab.vtd.hardware.SmartArray;
import org.dmalab.vtd.kernel.Boot;
import org.dmalab.vtd.kernel.BootParameters;
import org.dmalab.vtd.kernel.KernelLayout;

/**
 * The handles of one machine, for actions and descriptions.
 *
 * @param memory machine memory
 * @param unit the remapping unit
 * @param unitBase address of its registers
 * @param controller the RAID controller
 * @param controllerBase address of its registers
 * @param stream DMA in flight
 * @param boot what kernels are told when they boot
 */
public record VtdModel(MachineMemory memory, RemappingUnit unit, long unitBase, SmartArray controller,
        long controllerBase, DmaStream stream, BootParameters boot) {
    /** Physical address at which firmware leaves the DMAR table. */
    public static final long DMAR_ADDRESS = 0x01000000L;
    /** Address of the RAID controller's registers. */
    public static final long CONTROLLER_BASE = 0xf7e00000L;

    /** Refuses to ask a kernel that does not run. */
    public static void requireRunning(Cpu cpu) {
        if (cpu.load(KernelLayout.SYSTEM_STATE) != Boot.RUNNING) {
            throw notRunning();
        }
    }

    public static NotReadyException notRunning() {
        return new NotReadyException("no kernel runs; kernel.boot or kernel.kdump comes first");
    }

    /** Tells whether the kernel flushes in batches what was unmapped; not in caching mode, whatever it is told. */
    public boolean defersUnmap() {
        return boot.deferredUnmap() && !unit.capabilities().cachingMode();
    }
}
