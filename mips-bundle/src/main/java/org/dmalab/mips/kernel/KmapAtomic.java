package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;

/**
 * {@code kmap_atomic}: a mapping in the fixmap that belongs to one processor. Up to 2.6.36 the caller names its slot;
 * from 3e4d3af501cc on the slots of a processor are a stack. Taking a mapping down leaves entry and translation in
 * place; the next user of the slot replaces both.
 */
public final class KmapAtomic {
    private static final long NOT_MASKED =
            Text.id("WARNING: at mm/highmem.c: kmap_atomic_idx_push in hard interrupt with interrupts on");
    private static final long TOO_DEEP = Text.id("kernel BUG at mm/highmem.c: kmap_atomic deeper than KM_TYPE_NR");
    private static final long FIXADDR_START =
            KernelLayout.FIXADDR_TOP - (long) (KernelLayout.FIXMAP_COUNT - 1) * KernelLayout.PAGE_SIZE;

    private KmapAtomic() { }

    /** The slot of a type or stack index on a processor, as an index of the fixmap. */
    public static long fixmapIndex(int processor, int slot) {
        return KernelLayout.FIX_KMAP_BEGIN + slot + (long) KmType.COUNT * processor;
    }

    /** {@code __fix_to_virt}. */
    @KernelFunction("__fix_to_virt")
    public static long address(long fixmapIndex) {
        return KernelLayout.FIXADDR_TOP - fixmapIndex * KernelLayout.PAGE_SIZE;
    }

    /** Kernel address of the page table entry of a fixmap index: entries descend as addresses do. */
    public static long entry(long fixmapIndex) {
        return KernelLayout.FIXMAP_PAGE_TABLE.element(KernelLayout.FIXMAP_COUNT - 1 - fixmapIndex);
    }

    /** Maps a page in the slot of a type; a low page needs none. */
    @KernelFunction("kmap_atomic")
    public static long map(Cpu cpu, long page, KmType type) {
        cpu.preemptDisable();
        return Pages.highmem(cpu, page) ? set(cpu, fixmapIndex(cpu.processor(), type.ordinal()), page)
                : Pages.linear(page);
    }

    /** Ends the use of a typed slot. */
    @KernelFunction("kunmap_atomic")
    public static void unmap(Cpu cpu) {
        cpu.preemptEnable();
    }

    /** Maps a page in the next slot of this processor's stack; a low page needs none. */
    @KernelFunction("kmap_atomic")
    public static long push(Cpu cpu, long page) {
        cpu.preemptDisable();
        if (!Pages.highmem(cpu, page)) {
            return Pages.linear(page);
        }
        if (cpu.level() == Level.HARDIRQ && !Interrupts.off(cpu)) {
            cpu.warn(NOT_MASKED);
        }
        int self = cpu.processor();
        long index = cpu.load(KernelLayout.KMAP_ATOMIC_IDX, self);
        cpu.store(KernelLayout.KMAP_ATOMIC_IDX, self, index + 1);
        if (index >= KmType.COUNT) {
            cpu.bug(TOO_DEEP);
        }
        return set(cpu, fixmapIndex(self, (int) index), page);
    }

    /** Ends the use of the newest slot; the address says whether one was used. */
    @KernelFunction("kunmap_atomic")
    public static void pop(Cpu cpu, long address) {
        if (address >= FIXADDR_START) {
            int self = cpu.processor();
            cpu.store(KernelLayout.KMAP_ATOMIC_IDX, self, cpu.load(KernelLayout.KMAP_ATOMIC_IDX, self) - 1);
        }
        cpu.preemptEnable();
    }

    private static long set(Cpu cpu, long fixmapIndex, long page) {
        long address = address(fixmapIndex);
        cpu.store(entry(fixmapIndex), 4, Pages.pte(page));
        TlbFlush.localOne(cpu, address);
        return address;
    }
}
