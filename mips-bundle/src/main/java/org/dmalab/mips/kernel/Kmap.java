package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;

/**
 * {@code kmap} and {@code kunmap}: a pool of mappings that are taken down lazily, all at once, when the pool wraps.
 *
 * <p>Whether {@code kmap_lock} masks interrupts is an option of the kernel build that the variant implies
 * ({@link MipsKernel#ARCH_NEEDS_KMAP_HIGH_GET}).
 */
public final class Kmap {
    private static final int WAIT_LABEL = 1;
    private static final long COUNT_BELOW_TWO = Text.id("kernel BUG at mm/highmem.c: pkmap_count below 2 in kmap_high");
    private static final long COUNT_BELOW_ONE =
            Text.id("kernel BUG at mm/highmem.c: pkmap_count below 1 in kmap_high_get");
    private static final long COUNT_ZERO = Text.id("kernel BUG at mm/highmem.c: pkmap_count 0 in kunmap_high");
    private static final long NOT_MAPPED = Text.id("kernel BUG at mm/highmem.c: kunmap_high of a page without address");
    private static final long IN_INTERRUPT = Text.id("kernel BUG at arch/mips/mm/highmem.c: kmap in interrupt");

    private Kmap() { }

    /** {@code kmap}: an address for a page that may be used by every processor. Process context only. */
    @KernelFunction("kmap")
    public static long kmap(MipsKernel kernel, Cpu cpu, long page) {
        if (cpu.inInterrupt()) {
            cpu.bug(IN_INTERRUPT);
        }
        if (!Pages.highmem(cpu, page)) {
            return Pages.linear(page);
        }
        long address = kmapHigh(kernel, cpu, page);
        TlbFlush.one(cpu, address);
        return address;
    }

    /** {@code kunmap}: the page need not be mapped any longer. */
    @KernelFunction("kunmap")
    public static void kunmap(MipsKernel kernel, Cpu cpu, long page) {
        if (cpu.inInterrupt()) {
            cpu.bug(IN_INTERRUPT);
        }
        if (Pages.highmem(cpu, page)) {
            kernel.kunmap_high(cpu, page);
        }
    }

    @KernelFunction("kmap_high")
    private static long kmapHigh(MipsKernel kernel, Cpu cpu, long page) {
        lock(kernel, cpu);
        long address = cpu.load(page, KernelLayout.PAGE_VIRTUAL);
        if (address == 0) {
            address = mapNewVirtual(kernel, cpu, page);
        }
        long entry = entryOf(address);
        long count = cpu.load(KernelLayout.PKMAP_COUNT, entry) + 1;
        cpu.store(KernelLayout.PKMAP_COUNT, entry, count);
        if (count < 2) {
            cpu.bug(COUNT_BELOW_TWO);
        }
        unlock(kernel, cpu);
        return address;
    }

    @KernelFunction("map_new_virtual")
    private static long mapNewVirtual(MipsKernel kernel, Cpu cpu, long page) {
        while (true) {
            cpu.mark(WAIT_LABEL, page, kernel.ARCH_NEEDS_KMAP_HIGH_GET() ? 1 : 0, 0);
            long entry = findFree(cpu);
            if (entry >= 0) {
                long address = KernelLayout.PKMAP_BASE + (entry << KernelLayout.PAGE_SHIFT);
                cpu.store(KernelLayout.PKMAP_PAGE_TABLE, entry, Pages.pte(page));
                cpu.store(KernelLayout.PKMAP_COUNT, entry, 1);
                cpu.store(page, KernelLayout.PAGE_VIRTUAL, address);
                return address;
            }
            sleep(kernel, cpu);
            long address = cpu.load(page, KernelLayout.PAGE_VIRTUAL);
            if (address != 0) {
                return address;
            }
        }
    }

    /** Looks at each entry once, from after the last one taken; -1 if all are in use. */
    private static long findFree(Cpu cpu) {
        long size = cpu.load(KernelLayout.LAST_PKMAP);
        long entry = cpu.load(KernelLayout.LAST_PKMAP_NR);
        for (long tries = size; tries > 0; tries--) {
            entry = entry + 1 & size - 1;
            cpu.store(KernelLayout.LAST_PKMAP_NR, entry);
            if (entry == 0) {
                flushAllZeroPkmaps(cpu);
                tries = size;
            }
            if (cpu.load(KernelLayout.PKMAP_COUNT, entry) == 0) {
                return entry;
            }
        }
        return -1;
    }

    /** Takes down every mapping without users, then flushes the pool's range on all processors. */
    @KernelFunction("flush_all_zero_pkmaps")
    private static void flushAllZeroPkmaps(Cpu cpu) {
        long size = cpu.load(KernelLayout.LAST_PKMAP);
        boolean any = false;
        for (long entry = 0; entry < size; entry++) {
            if (cpu.load(KernelLayout.PKMAP_COUNT, entry) == 1) {
                cpu.store(KernelLayout.PKMAP_COUNT, entry, 0);
                long page = Pages.ofPfn(cpu.load(KernelLayout.PKMAP_PAGE_TABLE, entry) >>> KernelLayout.PAGE_SHIFT);
                cpu.store(KernelLayout.PKMAP_PAGE_TABLE, entry, 0);
                cpu.store(page, KernelLayout.PAGE_VIRTUAL, 0);
                any = true;
            }
        }
        if (any) {
            TlbFlush.pkmapRange(cpu);
        }
    }

    private static void sleep(MipsKernel kernel, Cpu cpu) {
        int self = cpu.processor();
        cpu.store(KernelLayout.PKMAP_WOKEN, self, 0);
        cpu.store(KernelLayout.PKMAP_WAITERS, cpu.load(KernelLayout.PKMAP_WAITERS) + 1);
        unlock(kernel, cpu);
        cpu.await(KernelLayout.PKMAP_WOKEN.element(self), 4, 1);
        lock(kernel, cpu);
        cpu.store(KernelLayout.PKMAP_WAITERS, cpu.load(KernelLayout.PKMAP_WAITERS) - 1);
    }

    /** {@code kmap_high_get}: pins the mapping of a page that has one; 0 if it has none. Any context. */
    @KernelFunction("kmap_high_get")
    static long kmapHighGet(MipsKernel kernel, Cpu cpu, long page) {
        long flags = lockAny(kernel, cpu);
        long address = cpu.load(page, KernelLayout.PAGE_VIRTUAL);
        if (address != 0) {
            long entry = entryOf(address);
            long count = cpu.load(KernelLayout.PKMAP_COUNT, entry);
            if (count < 1) {
                cpu.bug(COUNT_BELOW_ONE);
            }
            cpu.store(KernelLayout.PKMAP_COUNT, entry, count + 1);
        }
        unlockAny(kernel, cpu, flags);
        return address;
    }

    /** {@code kunmap_high}: one user less; wakes who sleeps for an entry, after the lock is free. */
    @KernelFunction("kunmap_high")
    static void kunmapHigh(MipsKernel kernel, Cpu cpu, long page) {
        long flags = lockAny(kernel, cpu);
        long address = cpu.load(page, KernelLayout.PAGE_VIRTUAL);
        if (address == 0) {
            cpu.bug(NOT_MAPPED);
        }
        long entry = entryOf(address);
        long count = cpu.load(KernelLayout.PKMAP_COUNT, entry) - 1;
        cpu.store(KernelLayout.PKMAP_COUNT, entry, count);
        if (count == 0) {
            cpu.bug(COUNT_ZERO);
        }
        boolean wake = count == 1 && kernel.waitqueue_active(cpu);
        unlockAny(kernel, cpu, flags);
        if (wake) {
            wakeAll(cpu);
        }
    }

    private static void wakeAll(Cpu cpu) {
        long count = cpu.load(KernelLayout.NR_CPUS);
        for (long p = 0; p < count; p++) {
            cpu.store(KernelLayout.PKMAP_WOKEN, p, 1);
        }
    }

    /** {@code lock_kmap}: process context, so unmasking needs no saved flags. */
    @KernelFunction("lock_kmap")
    private static void lock(MipsKernel kernel, Cpu cpu) {
        if (kernel.ARCH_NEEDS_KMAP_HIGH_GET()) {
            cpu.irqSave();
        }
        cpu.lock(KernelLayout.KMAP_LOCK);
    }

    @KernelFunction("unlock_kmap")
    private static void unlock(MipsKernel kernel, Cpu cpu) {
        cpu.unlock(KernelLayout.KMAP_LOCK);
        if (kernel.ARCH_NEEDS_KMAP_HIGH_GET()) {
            cpu.irqRestore(0);
        }
    }

    /** {@code lock_kmap_any}: any context. */
    @KernelFunction("lock_kmap_any")
    private static long lockAny(MipsKernel kernel, Cpu cpu) {
        long flags = kernel.ARCH_NEEDS_KMAP_HIGH_GET() ? cpu.irqSave() : 0;
        cpu.lock(KernelLayout.KMAP_LOCK);
        return flags;
    }

    @KernelFunction("unlock_kmap_any")
    private static void unlockAny(MipsKernel kernel, Cpu cpu, long flags) {
        cpu.unlock(KernelLayout.KMAP_LOCK);
        if (kernel.ARCH_NEEDS_KMAP_HIGH_GET()) {
            cpu.irqRestore(flags);
        }
    }

    private static long entryOf(long address) {
        return (address - KernelLayout.PKMAP_BASE) >> KernelLayout.PAGE_SHIFT;
    }
}
