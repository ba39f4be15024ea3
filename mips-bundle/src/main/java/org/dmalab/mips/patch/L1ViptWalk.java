package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.service.Direction;
import org.dmalab.mips.kernel.CacheMaintenance;
import org.dmalab.mips.kernel.KmType;
import org.dmalab.mips.kernel.Kmap;
import org.dmalab.mips.kernel.KmapAtomic;
import org.dmalab.mips.kernel.Layout;
import org.dmalab.mips.kernel.Pages;
import org.dmalab.mips.kernel.TlbFlush;

/**
 * ARM's page walk with {@code kmap_high_l1_vipt}: all contexts of a processor share one slot; who interrupts saves the
 * entry that was there and puts it back. The four steps that make it right can be left out, for mutants.
 *
 * @param restores whether the entry is put back
 * @param flushesRestored whether the TLB is flushed then
 * @param masksInterrupts whether interrupts are off while depth and entry change
 * @param guardsPreemption whether process context keeps its processor while it uses the slot
 */
public record L1ViptWalk(boolean restores, boolean flushesRestored, boolean masksInterrupts,
        boolean guardsPreemption) {
    private static final long NOT_MINE = Text.id("kernel BUG at arch/arm/mm/highmem.c: L1 slot holds another page");
    private static final long NOT_DEEP = Text.id("kernel BUG at arch/arm/mm/highmem.c: L1 slot is not in use");

    /** Maintains a range of pages: high ones by their kmap or the slot, low ones by the linear map. */
    public void maintain(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        long current = page;
        long offset = offsetBytes;
        for (long left = sizeBytes; left > 0;) {
            long length = left;
            if (Pages.highmem(cpu, current)) {
                length = Math.min(left, Layout.PAGE_SIZE - offset);
                maintainHigh(cpu, current, offset, length, direction);
            } else {
                CacheMaintenance.sync(cpu, Pages.linear(current) + offset, length, direction);
            }
            left -= length;
            offset = 0;
            current = Pages.next(current, 1);
        }
    }

    private void maintainHigh(Cpu cpu, long page, long offset, long length, Direction direction) {
        long address = Kmap.kmapHighGet(cpu, page);
        if (address != 0) {
            CacheMaintenance.sync(cpu, address + offset, length, direction);
            Kmap.kunmapHigh(cpu, page, true);
            return;
        }
        if (guardsPreemption && !cpu.inInterrupt()) {
            cpu.preemptDisable();
        }
        int self = cpu.processor();
        long slot = KmapAtomic.fixmapIndex(self, KmType.KM_L1_CACHE.ordinal());
        long saved = mapSlot(cpu, self, slot, Pages.pte(page));
        CacheMaintenance.sync(cpu, KmapAtomic.address(slot) + offset, length, direction);
        unmapSlot(cpu, self, slot, Pages.pte(page), saved);
        if (guardsPreemption && !cpu.inInterrupt()) {
            cpu.preemptEnable();
        }
    }

    /** Takes the slot; returns the entry to put back. */
    private long mapSlot(Cpu cpu, int self, long slot, long pte) {
        long flags = mask(cpu);
        cpu.store(Layout.L1_VIPT_DEPTH, self, cpu.load(Layout.L1_VIPT_DEPTH, self) + 1);
        long saved = cpu.load(KmapAtomic.entry(slot), 4);
        if (saved != pte) {
            cpu.store(KmapAtomic.entry(slot), 4, pte);
            TlbFlush.localOne(cpu, KmapAtomic.address(slot));
        }
        unmask(cpu, flags);
        return saved;
    }

    private void unmapSlot(Cpu cpu, int self, long slot, long pte, long saved) {
        if (cpu.load(KmapAtomic.entry(slot), 4) != pte) {
            cpu.bug(NOT_MINE);
        }
        if (cpu.load(Layout.L1_VIPT_DEPTH, self) <= 0) {
            cpu.bug(NOT_DEEP);
        }
        long flags = mask(cpu);
        long depth = cpu.load(Layout.L1_VIPT_DEPTH, self) - 1;
        cpu.store(Layout.L1_VIPT_DEPTH, self, depth);
        if (restores && depth != 0 && saved != pte) {
            cpu.store(KmapAtomic.entry(slot), 4, saved);
            if (flushesRestored) {
                TlbFlush.localOne(cpu, KmapAtomic.address(slot));
            }
        }
        unmask(cpu, flags);
    }

    private long mask(Cpu cpu) {
        return masksInterrupts ? cpu.irqSave() : 0;
    }

    private void unmask(Cpu cpu, long flags) {
        if (masksInterrupts) {
            cpu.irqRestore(flags);
        }
    }
}
