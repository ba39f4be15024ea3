package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.TlbOp;
import org.dmalab.api.service.Binding;

/** The processor's own accesses to pages: by a program's mapping, by {@code kmap_atomic}, by {@code kmap}. */
public final class PageAccess {
    private static final int WORD_BYTES = 4;
    private static final long WORD_MASK = 0xffffffffL;

    private PageAccess() { }

    /** The word that a writer puts at an offset of a page. */
    public static long word(long pattern, long offset) {
        return pattern + offset & WORD_MASK;
    }

    /** {@code kmap} with the lock as the variant's kernel has it. */
    public static long kmap(Cpu cpu, long page) {
        Binding variant = cpu.services().enter();
        try {
            return Kmap.kmap(MipsKernel.of(variant.cacheFlush()), cpu, page);
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code kunmap}. */
    public static void kunmap(Cpu cpu, long page) {
        Binding variant = cpu.services().enter();
        try {
            Kmap.kunmap(MipsKernel.of(variant.cacheFlush()), cpu, page);
        } finally {
            cpu.services().leave();
        }
    }

    /** A program writes part of a page and exits: its mapping is gone, its dirty lines stay. */
    public static void writeAsProgram(Cpu cpu, long page, long offset, long length, long pattern) {
        int self = cpu.processor();
        long entry = KernelLayout.pageTableEntry(self, KernelLayout.USER_BASE);
        cpu.store(entry, WORD_BYTES, Pages.pte(page));
        write(cpu, KernelLayout.USER_BASE, offset, length, pattern);
        cpu.store(entry, WORD_BYTES, 0);
        cpu.tlb(TlbOp.FLUSH_PAGE, KernelLayout.USER_BASE);
    }

    /** The kernel writes part of a page through {@code kmap}. */
    public static void writeByKmap(Cpu cpu, long page, long offset, long length, long pattern) {
        long address = kmap(cpu, page);
        write(cpu, address, offset, length, pattern);
        kunmap(cpu, page);
    }

    /** The kernel writes part of a page through {@code kmap_atomic}. */
    public static void writeAtomic(Cpu cpu, long page, long offset, long length, long pattern) {
        Binding variant = cpu.services().enter();
        try {
            MipsKernel kernel = MipsKernel.of(variant.cacheFlush());
            long address = kernel.kmap_atomic(cpu, page, slot(cpu));
            write(cpu, address, offset, length, pattern);
            kernel.kunmap_atomic(cpu, address);
        } finally {
            cpu.services().leave();
        }
    }

    /**
     * The kernel reads part of a page through {@code kmap_atomic}.
     *
     * @return the sum of its words, modulo 2^32
     */
    public static long readAtomic(Cpu cpu, long page, long offset, long length) {
        Binding variant = cpu.services().enter();
        try {
            MipsKernel kernel = MipsKernel.of(variant.cacheFlush());
            long address = kernel.kmap_atomic(cpu, page, slot(cpu));
            long sum = 0;
            for (long i = offset; i < offset + length; i += WORD_BYTES) {
                sum += cpu.read(address + i, WORD_BYTES, Endian.LITTLE);
            }
            kernel.kunmap_atomic(cpu, address);
            return sum & WORD_MASK;
        } finally {
            cpu.services().leave();
        }
    }

    private static void write(Cpu cpu, long address, long offset, long length, long pattern) {
        for (long i = offset; i < offset + length; i += WORD_BYTES) {
            cpu.write(address + i, WORD_BYTES, Endian.LITTLE, word(pattern, i));
        }
    }

    private static KmType slot(Cpu cpu) {
        return switch (cpu.level()) {
            case USER -> KmType.KM_USER0;
            case SOFTIRQ -> KmType.KM_SOFTIRQ0;
            case HARDIRQ -> KmType.KM_IRQ0;
        };
    }
}
