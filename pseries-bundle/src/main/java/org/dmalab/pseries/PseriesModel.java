package org.dmalab.pseries;

import java.util.List;
import java.util.stream.Collectors;

import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.store.Region;
import org.dmalab.pseries.hardware.Partition;
import org.dmalab.pseries.hardware.PartitionTree;
import org.dmalab.pseries.hardware.Rtas;
import org.dmalab.pseries.kernel.KernelLayout;
import org.dmalab.pseries.kernel.MemoryHotplug;
import org.dmalab.pseries.kernel.Pages;

/**
 * What actions of this architecture find behind {@link Machine#model}.
 *
 * @param partition the hardware
 */
public record PseriesModel(Partition partition) {
    private static final List<String> KERNEL_REGIONS = List.of("kernel", "kernel.slots", "processors");

    /** The model of a machine whose kernel runs. */
    public static void requireRunning(Cpu cpu) {
        if (cpu.load(KernelLayout.SYSTEM_RUNNING) == 0) {
            throw new NotReadyException("the kernel does not run; kernel.boot comes first");
        }
    }

    /** What the kernel kept is gone, and so is what its processors were at. */
    public static void forgetKernel(Machine machine) {
        for (Region region : machine.store().regions()) {
            if (KERNEL_REGIONS.contains(region.name())) {
                region.forEachNonZero((cell, value) -> region.set(cell, 0));
            }
        }
    }

    /** Stops whoever needs a hypervisor that has ended itself. */
    public static void requireAlive(Rtas rtas) {
        if (rtas.abortReason() != 0) {
            throw new KernelBug("the hypervisor has aborted: " + Text.of(rtas.abortReason()));
        }
    }

    /** Refuses a device that the machine was not made with. */
    public static void requireDevice(Machine machine, long sourceId) {
        List<Long> devices = PartitionTree.devices(PartitionTree.of(machine.spec()));
        NotReadyException.require(devices.contains(sourceId), "device", Actor.bdf(sourceId), "a device of the machine: "
                + devices.stream().map(Actor::bdf).collect(Collectors.joining(", ")));
    }

    /** Refuses a range that is not made of whole memory blocks below the end of physical addresses. */
    public static void requireBlocks(Cpu cpu, long start, long size) {
        NotReadyException.require(MemoryHotplug.wholeBlocks(cpu, start, size), "start and size",
                "0x" + Long.toHexString(start) + " and 0x" + Long.toHexString(size), "whole memory blocks of 0x"
                + Long.toHexString(cpu.load(KernelLayout.MEMORY_BLOCK_SIZE)) + " bytes below 0x"
                + Long.toHexString(1L << Pages.MAX_PHYSMEM_BITS));
    }
}
