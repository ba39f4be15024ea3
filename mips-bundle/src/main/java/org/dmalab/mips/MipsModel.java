package org.dmalab.mips;

import org.dmalab.mips.hardware.Caches;
import org.dmalab.mips.hardware.MachineMemory;
import org.dmalab.mips.hardware.PhysicalMemory;
import org.dmalab.mips.hardware.Tlb;
import org.dmalab.mips.kernel.BootConfig;

/**
 * The handles of one machine, for its actions.
 *
 * @param memory the memory chips
 * @param reached the same as processors reach it
 * @param caches the cache hierarchy
 * @param tlb the TLBs
 * @param boot what the kernel finds out at boot
 */
public record MipsModel(PhysicalMemory memory, MachineMemory reached, Caches caches, Tlb tlb, BootConfig boot) { }
