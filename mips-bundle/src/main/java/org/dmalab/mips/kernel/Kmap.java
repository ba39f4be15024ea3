package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;

/**
 * {@code kmap} and {@code kunmap}: a pool of mappings that are taken down lazily, all at once, when the pool wraps.
 *
 * <p>Whether {@code kmap_lock} masks interrupts is an option of the kernel build
 * ({@code ARCH_NEEDS_KMAP_HIGH_GET}) that the variant implies; it is an argument here so that lock and unlock of one
 * call agree.
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
    public static long kmap(Cpu cpu, long page, boolean lockMasks) {
        if (cpu.inInterrupt()) {
            cpu.bug(IN_INTERRUPT);
        }
        if (!Pages.highmem(cpu, page)) {
            return Pages.linear(page);
        }
        long address = kmapHigh(cpu, page, lockMasks);
        TlbFlush.one(cpu, address);
        return address;
    }

    /** {@code kunmap}: the page need not be mapped any longer. */
    public static void kunmap(Cpu cpu, long page, boolean lockMasks) {
        if (cpu.inInterrupt()) {
            cpu.bug(IN_INTERRUPT);
        }
        if (Pages.highmem(cpu, page)) {
            kunmapHigh(cpu, page, lockMasks);
        }
    }

    private static long kmapHigh(Cpu cpu, long page, boolean lockMasks) {
        lock(cpu, lockMasks);
        long address = cpu.load(page, Layout.PAGE_VIRTUAL);
        if (address == 0) {
            address = mapNewVirtual(cpu, page, lockMasks);
        }
        long entry = entryOf(address);
        long count = cpu.load(Layout.PKMAP_COUNT, entry) + 1;
        cpu.store(Layout.PKMAP_COUNT, entry, count);
        if (count < 2) {
            cpu.bug(COUNT_BELOW_TWO);
        }
        unlock(cpu, lockMasks);
        return address;
    }

    private static long mapNewVirtual(Cpu cpu, long page, boolean lockMasks) {
        while (true) {
            cpu.mark(WAIT_LABEL, page, lockMasks ? 1 : 0, 0);
            long entry = findFree(cpu);
            if (entry >= 0) {
                long address = Layout.PKMAP_BASE + (entry << Layout.PAGE_SHIFT);
                cpu.store(Layout.PKMAP_PAGE_TABLE, entry, Pages.pte(page));
                cpu.store(Layout.PKMAP_COUNT, entry, 1);
                cpu.store(page, Layout.PAGE_VIRTUAL, address);
                return address;
            }
            sleep(cpu, lockMasks);
            long address = cpu.load(page, Layout.PAGE_VIRTUAL);
            if (address != 0) {
                return address;
            }
        }
    }

    /** Looks at each entry once, from after the last one taken; -1 if all are in use. */
    private static long findFree(Cpu cpu) {
        long size = cpu.load(Layout.LAST_PKMAP);
        long entry = cpu.load(Layout.LAST_PKMAP_NR);
        for (long tries = size; tries > 0; tries--) {
            entry = entry + 1 & size - 1;
            cpu.store(Layout.LAST_PKMAP_NR, entry);
            if (entry == 0) {
                flushAllZeroPkmaps(cpu);
                tries = size;
            }
            if (cpu.load(Layout.PKMAP_COUNT, entry) == 0) {
                return entry;
            }
        }
        return -1;
    }

    /** Takes down every mapping without users, then flushes the pool's range on all processors. */
    private static void flushAllZeroPkmaps(Cpu cpu) {
        long size = cpu.load(Layout.LAST_PKMAP);
        boolean any = false;
        for (long entry = 0; entry < size; entry++) {
            if (cpu.load(Layout.PKMAP_COUNT, entry) == 1) {
                cpu.store(Layout.PKMAP_COUNT, entry, 0);
                long page = Pages.ofPfn(cpu.load(Layout.PKMAP_PAGE_TABLE, entry) >>> Layout.PAGE_SHIFT);
                cpu.store(Layout.PKMAP_PAGE_TABLE, entry, 0);
                cpu.store(page, Layout.PAGE_VIRTUAL, 0);
                any = true;
            }
        }
        if (any) {
            TlbFlush.pkmapRange(cpu);
        }
    }

    private static void sleep(Cpu cpu, boolean lockMasks) {
        int self = cpu.processor();
        cpu.store(Layout.PKMAP_WOKEN, self, 0);
        cpu.store(Layout.PKMAP_WAITERS, cpu.load(Layout.PKMAP_WAITERS) + 1);
        unlock(cpu, lockMasks);
        cpu.await(Layout.PKMAP_WOKEN.element(self), 4, 1);
        lock(cpu, lockMasks);
        cpu.store(Layout.PKMAP_WAITERS, cpu.load(Layout.PKMAP_WAITERS) - 1);
    }

    /** {@code kmap_high_get}: pins the mapping of a page that has one; 0 if it has none. Any context. */
    public static long kmapHighGet(Cpu cpu, long page) {
        long flags = cpu.irqSave();
        cpu.lock(Layout.KMAP_LOCK);
        long address = cpu.load(page, Layout.PAGE_VIRTUAL);
        if (address != 0) {
            long entry = entryOf(address);
            long count = cpu.load(Layout.PKMAP_COUNT, entry);
            if (count < 1) {
                cpu.bug(COUNT_BELOW_ONE);
            }
            cpu.store(Layout.PKMAP_COUNT, entry, count + 1);
        }
        cpu.unlock(Layout.KMAP_LOCK);
        cpu.irqRestore(flags);
        return address;
    }

    /** {@code kunmap_high}: one user less; wakes who sleeps for an entry, after the lock is free. */
    public static void kunmapHigh(Cpu cpu, long page, boolean lockMasks) {
        long flags = lockMasks ? cpu.irqSave() : 0;
        cpu.lock(Layout.KMAP_LOCK);
        long address = cpu.load(page, Layout.PAGE_VIRTUAL);
        if (address == 0) {
            cpu.bug(NOT_MAPPED);
        }
        long entry = entryOf(address);
        long count = cpu.load(Layout.PKMAP_COUNT, entry) - 1;
        cpu.store(Layout.PKMAP_COUNT, entry, count);
        if (count == 0) {
            cpu.bug(COUNT_ZERO);
        }
        boolean wake = count == 1 && cpu.load(Layout.PKMAP_WAITERS) != 0;
        cpu.unlock(Layout.KMAP_LOCK);
        if (lockMasks) {
            cpu.irqRestore(flags);
        }
        if (wake) {
            wakeAll(cpu);
        }
    }

    private static void wakeAll(Cpu cpu) {
        long count = cpu.load(Layout.NR_CPUS);
        for (long p = 0; p < count; p++) {
            cpu.store(Layout.PKMAP_WOKEN, p, 1);
        }
    }

    /** {@code lock_kmap}: process context, so unmasking needs no saved flags. */
    private static void lock(Cpu cpu, boolean lockMasks) {
        if (lockMasks) {
            cpu.irqSave();
        }
        cpu.lock(Layout.KMAP_LOCK);
    }

    private static void unlock(Cpu cpu, boolean lockMasks) {
        cpu.unlock(Layout.KMAP_LOCK);
        if (lockMasks) {
            cpu.irqRestore(0);
        }
    }

    private static long entryOf(long address) {
        return (address - Layout.PKMAP_BASE) >> Layout.PAGE_SHIFT;
    }
}
