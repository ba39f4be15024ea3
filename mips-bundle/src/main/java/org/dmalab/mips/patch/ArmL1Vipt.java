package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.KmType;
import org.dmalab.mips.kernel.KmapAtomic;
import org.dmalab.mips.kernel.Pages;
import org.dmalab.mips.kernel.TlbFlush;
import org.dmalab.mips.kernel.TypedKmapAtomic;
import org.osgi.service.component.annotations.Component;

/**
 * ARM of 2010: kmap_high_get, and for pages without a kmap a slot that contexts share: who interrupts saves the entry
 * that was there and puts it back.
 */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "arm-l1-vipt", commit = "7e5a69e83b", since = "March 2010", date = "2010-03-29",
    origin = Origin.MAINLINE, layout = "mips-kmap",
    description = "ARM's scheme: pin the kmap, else a shared slot that is saved and restored",
    steps = {
        "high page: va = kmap_high_get(page); if there is one, operate on it, then kunmap_high(page)",
        "else preempt_disable outside interrupts, interrupts off, depth++",
        "saved = entry of slot KM_L1_CACHE; if it is another page: set it, flush the TLB; interrupts on",
        "operate on the slot with interrupts on",
        "BUG unless the slot holds the page and depth > 0; interrupts off, depth--",
        "if depth is not 0 and saved is another page: set it back, flush the TLB; interrupts on"},
    defects = {
        "kmap_high flushes TLBs by interrupt while kmap_lock masks interrupts: warning or deadlock"})
public class ArmL1Vipt implements TypedKmapAtomic {
    private static final long NOT_MINE = Text.id("kernel BUG at arch/arm/mm/highmem.c: L1 slot holds another page");
    private static final long NOT_DEEP = Text.id("kernel BUG at arch/arm/mm/highmem.c: L1 slot is not in use");

    @Override
    public boolean ARCH_NEEDS_KMAP_HIGH_GET() {
        return true;
    }

    /** Every core is taken for one that speculates. */
    @Override
    public boolean cpu_needs_post_dma_flush(Cpu cpu) {
        return true;
    }

    /** {@code dmac_unmap_area}: nothing after a transfer to the device, else an invalidation. */
    @Override
    public void arch_sync_dma_for_cpu(Cpu cpu, long physical, long sizeBytes, Direction direction) {
        if (direction != Direction.TO_DEVICE) {
            arch_sync_dma_for_device(cpu, physical, sizeBytes, Direction.FROM_DEVICE);
        }
    }

    /** A high page in {@code dma_cache_maint_page}. */
    @Override
    @KernelFunction("dma_cache_maint_page")
    public void dma_sync_page(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        long address = kmap_high_get(cpu, page);
        if (address != 0) {
            __dma_sync_virtual(cpu, address + offset, sizeBytes, direction);
            kunmap_high(cpu, page);
            return;
        }
        keepProcessor(cpu);
        int self = cpu.processor();
        long saved = kmap_high_l1_vipt(cpu, self, page);
        __dma_sync_virtual(cpu, KmapAtomic.address(slot(self)) + offset, sizeBytes, direction);
        kunmap_high_l1_vipt(cpu, self, page, saved);
        releaseProcessor(cpu);
    }

    /** Takes a processor's slot for a page; returns the entry to put back. */
    @KernelFunction
    public long kmap_high_l1_vipt(Cpu cpu, int self, long page) {
        long slot = slot(self);
        long flags = mask(cpu);
        cpu.store(KernelLayout.L1_VIPT_DEPTH, self, cpu.load(KernelLayout.L1_VIPT_DEPTH, self) + 1);
        long saved = cpu.load(KmapAtomic.entry(slot), 4);
        if (saved != Pages.pte(page)) {
            set(cpu, slot, Pages.pte(page));
        }
        unmask(cpu, flags);
        return saved;
    }

    /** Gives the slot back to whoever had it before. */
    @KernelFunction
    public void kunmap_high_l1_vipt(Cpu cpu, int self, long page, long saved) {
        long slot = slot(self);
        if (cpu.load(KmapAtomic.entry(slot), 4) != Pages.pte(page)) {
            cpu.bug(NOT_MINE);
        }
        if (cpu.load(KernelLayout.L1_VIPT_DEPTH, self) <= 0) {
            cpu.bug(NOT_DEEP);
        }
        long flags = mask(cpu);
        long depth = cpu.load(KernelLayout.L1_VIPT_DEPTH, self) - 1;
        cpu.store(KernelLayout.L1_VIPT_DEPTH, self, depth);
        if (depth != 0 && saved != Pages.pte(page)) {
            putBack(cpu, slot, saved);
        }
        unmask(cpu, flags);
    }

    /** {@code if (!in_interrupt()) preempt_disable();}. */
    @KernelFunction("kmap_high_l1_vipt")
    public void keepProcessor(Cpu cpu) {
        if (!cpu.inInterrupt()) {
            cpu.preemptDisable();
        }
    }

    /** {@code if (!in_interrupt()) preempt_enable();}. */
    @KernelFunction("kunmap_high_l1_vipt")
    public void releaseProcessor(Cpu cpu) {
        if (!cpu.inInterrupt()) {
            cpu.preemptEnable();
        }
    }

    /** Interrupts off while depth and entry change. */
    @KernelFunction("raw_local_irq_save")
    public long mask(Cpu cpu) {
        return cpu.irqSave();
    }

    /** Interrupts as they were. */
    @KernelFunction("raw_local_irq_restore")
    public void unmask(Cpu cpu, long flags) {
        cpu.irqRestore(flags);
    }

    /** The end of kunmap_high_l1_vipt for a slot that was in use: its entry as it was. */
    @KernelFunction("kunmap_high_l1_vipt")
    public void putBack(Cpu cpu, long slot, long saved) {
        set(cpu, slot, saved);
    }

    private static void set(Cpu cpu, long slot, long entry) {
        cpu.store(KmapAtomic.entry(slot), 4, entry);
        TlbFlush.localOne(cpu, KmapAtomic.address(slot));
    }

    private static long slot(int processor) {
        return KmapAtomic.fixmapIndex(processor, KmType.KM_L1_CACHE.ordinal());
    }
}
