package org.dmalab.vtd;

import org.dmalab.api.NotReadyException;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.hardware.DmaStream;
import org.dmalab.vtd.hardware.MachineMemory;
import org.dmalab.vtd.hardware.PciTree;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.dmalab.vtd.hardware.SmartArray;
import org.dmalab.vtd.hardware.Units;
import org.dmalab.vtd.kernel.Boot;
import org.dmalab.vtd.kernel.BootParameters;
import org.dmalab.vtd.kernel.KernelLayout;

/**
 * The handles of one machine, for actions and descriptions.
 *
 * @param memory machine memory
 * @param units the remapping units
 * @param tree what is on the buses
 * @param controller the RAID controller
 * @param controllerBase address of its registers
 * @param stream DMA in flight
 * @param boot what kernels are told when they boot
 */
public record VtdModel(MachineMemory memory, Units units, PciTree tree, SmartArray controller, long controllerBase,
        DmaStream stream, BootParameters boot) {
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

    /** The first unit of the DMAR table, dmar0. */
    public RemappingUnit unit() {
        return units.all().get(0).unit();
    }

    /** Address of its registers. */
    public long unitBase() {
        return units.all().get(0).base();
    }

    /** Tells whether the kernel flushes in batches what was unmapped; not if a unit is in caching mode. */
    public boolean defersUnmap() {
        return boot.deferredUnmap()
                && units.all().stream().noneMatch(one -> one.unit().capabilities().cachingMode());
    }
}
