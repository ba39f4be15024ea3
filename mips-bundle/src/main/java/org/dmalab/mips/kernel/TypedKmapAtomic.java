package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;

/** Kernels up to 2.6.36, before 3e4d3af501cc: the caller of {@code kmap_atomic} names its slot. */
public interface TypedKmapAtomic extends MipsKernel {
    @Override
    default long kmap_atomic(Cpu cpu, long page, KmType type) {
        return KmapAtomic.map(cpu, page, type);
    }

    @Override
    default void kunmap_atomic(Cpu cpu, long address) {
        KmapAtomic.unmap(cpu);
    }
}
