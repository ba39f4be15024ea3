package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.kernel.KernelLayout.QInval;
import org.dmalab.vtd.spec.Ecap;

/**
 * The kernel's side of the invalidation queue: {@code intel_iommu_init_qi}, {@code dmar_disable_qi},
 * {@code qi_submit_sync}, {@code qi_check_fault}.
 *
 * <p>Each request is followed by a wait, whose status word the caller polls, with interrupts off and without an end in
 * the kernel; here a watchdog ends it.
 */
public final class QueuedInvalidation {
    private static final int LENGTH = 256;
    private static final int PAIR = 2;
    private static final long EAGAIN = -11;
    private static final long FREE = 0;
    private static final long IN_USE = 1;
    private static final long DONE = 2;
    private static final long ABORT = 3;
    private static final long WAIT_STATUS_WRITE = 5 | 1 << 5 | DONE << 32;
    private static final long WIDE = 1 << 11 | 1;
    private static final long IQE = 1 << 4;
    private static final long ICE = 1 << 5;
    private static final long ITE = 1 << 6;
    private static final long POLL_NANOS = 100_000_000L;
    private static final int POLLS = 100;
    private static final int FULL = 1;
    private static final long QUEUED = Text.id("DMAR: dmar%d: Using Queued invalidation");
    private static final long BY_REGISTER = Text.id("DMAR: dmar%d: Using Register based invalidation");
    private static final long INVALID = Text.id("DMAR: VT-d detected invalid descriptor: low=%llx, high=%llx");
    private static final long TIMED_OUT = Text.id("DMAR: Invalidation Time-out Error (ITE) cleared");
    private static final long UNEXPECTED = Text.id("DMAR: Invalidation Completion Error (ICE) cleared");
    private static final long STUCK = Text.id("watchdog: BUG: soft lockup in qi_submit_sync: livelock, 100 times the "
            + "descriptor was submitted, ended in a time-out (ITE) and was submitted again");
    private static final long LOCKUP = Text.id("NMI watchdog: Watchdog detected hard LOCKUP in qi_submit_sync");

    private QueuedInvalidation() { }

    /** Implemented by a way to flush that submits descriptors; kernel code asks for it when it sets a unit up. */
    public interface User { }

    /**
     * {@code intel_iommu_init_qi}: takes an old kernel's queue out of use, and makes one if flushes go by queue. Where
     * there is no memory for it they go by register.
     */
    @KernelFunction("intel_iommu_init_qi")
    static void init(Cpu cpu, long iommu) {
        if (Ecap.QI.isSet(cpu.load(iommu, IntelIommu.ECAP))) {
            disable(cpu, iommu);
        }
        boolean used = isUsed(cpu) && enable(cpu, iommu);
        cpu.printk(used ? QUEUED : BY_REGISTER, cpu.load(iommu, IntelIommu.SEQ_ID));
    }

    /** Tells whether a unit has a queue. */
    static boolean hasQueue(Cpu cpu, long iommu) {
        return cpu.load(iommu, IntelIommu.QI) != 0;
    }

    private static boolean isUsed(Cpu cpu) {
        Binding variant = cpu.services().enter();
        try {
            return variant.cacheFlush() instanceof User;
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code dmar_disable_qi}: gives the unit a chance to complete what is pending. */
    @KernelFunction("dmar_disable_qi")
    private static void disable(Cpu cpu, long iommu) {
        if ((Hw.read(cpu, iommu, Hw.GSTS, 4) & Hw.QIE) == 0) {
            return;
        }
        for (int i = 0; i < POLLS && Hw.read(cpu, iommu, Hw.IQT, 4) != Hw.read(cpu, iommu, Hw.IQH, 4); i++) {
            cpu.delay(POLL_NANOS);
        }
        Hw.setPersistent(cpu, iommu, Hw.QIE, false);
    }

    /** {@code dmar_enable_qi}: 256 descriptors, of 32 bytes where the unit has scalable mode; false without memory. */
    @KernelFunction("dmar_enable_qi")
    private static boolean enable(Cpu cpu, long iommu) {
        int pages = (int) stride(cpu, iommu) / 16;
        long queue = cpu.alloc(QInval.STRUCT);
        long descriptors = queue == 0 ? 0 : Pages.alloc(cpu, pages);
        long status = descriptors == 0 ? 0 : Pages.alloc(cpu);
        if (status == 0) {
            if (descriptors != 0) {
                Pages.free(cpu, descriptors, pages);
            }
            if (queue != 0) {
                cpu.free(queue);
            }
            return false;
        }
        cpu.store(queue, QInval.DESC, descriptors);
        cpu.store(queue, QInval.DESC_STATUS, status);
        cpu.store(queue, QInval.FREE_COUNT, LENGTH);
        cpu.store(iommu, IntelIommu.QI, queue);
        Hw.write(cpu, iommu, Hw.IQT, 4, 0);
        Hw.write(cpu, iommu, Hw.IQA, 8, Pages.physical(descriptors) | (stride(cpu, iommu) == 32 ? WIDE : 0));
        Hw.setPersistent(cpu, iommu, Hw.QIE, true);
        return true;
    }

    private static long stride(Cpu cpu, long iommu) {
        return Ecap.SMTS.isSet(cpu.load(iommu, IntelIommu.ECAP)) ? 32 : 16;
    }

    /**
     * {@code qi_submit_sync} of one descriptor: returns when the unit has executed it. After a time-out it tries again,
     * in the kernel without an end.
     *
     * @param cpu where it runs
     * @param iommu kernel address of the unit
     * @param low first half of the descriptor
     * @param high second half
     * @return 0, or {@code -EINVAL} if the unit refuses the descriptor
     */
    @KernelFunction("qi_submit_sync")
    public static long submit(Cpu cpu, long iommu, long low, long high) {
        for (int i = 0; i < POLLS; i++) {
            long result = attempt(cpu, iommu, low, high);
            if (result != EAGAIN) {
                return result;
            }
        }
        cpu.bug(STUCK);
        return 0;
    }

    @KernelFunction("qi_submit_sync")
    private static long attempt(Cpu cpu, long iommu, long low, long high) {
        long queue = cpu.load(iommu, IntelIommu.QI);
        long lock = queue + QInval.LOCK.offset();
        long flags = cpu.irqSave();
        cpu.lock(lock);
        while (cpu.load(queue, QInval.FREE_COUNT) < PAIR + 1) {
            cpu.unlock(lock);
            cpu.irqRestore(flags);
            cpu.mark(FULL, low, high, 0);
            cpu.delay(POLL_NANOS);
            flags = cpu.irqSave();
            cpu.lock(lock);
        }
        long index = cpu.load(queue, QInval.FREE_HEAD);
        long wait = (index + 1) % LENGTH;
        setStatus(cpu, queue, index, IN_USE);
        setStatus(cpu, queue, wait, IN_USE);
        put(cpu, iommu, index, low, high);
        put(cpu, iommu, wait, WAIT_STATUS_WRITE, Pages.physical(statusOf(cpu, queue, wait)));
        long head = (index + PAIR) % LENGTH;
        cpu.store(queue, QInval.FREE_HEAD, head);
        cpu.store(queue, QInval.FREE_COUNT, cpu.load(queue, QInval.FREE_COUNT) - PAIR);
        Hw.write(cpu, iommu, Hw.IQT, 4, head * stride(cpu, iommu));
        long result = await(cpu, iommu, index, wait);
        setStatus(cpu, queue, index, DONE);
        reclaim(cpu, queue);
        cpu.unlock(lock);
        cpu.irqRestore(flags);
        return result;
    }

    /** Until the wait's status says done; the lock is let go in between, interrupts stay off. */
    @KernelFunction("qi_submit_sync")
    private static long await(Cpu cpu, long iommu, long index, long wait) {
        long queue = cpu.load(iommu, IntelIommu.QI);
        long lock = queue + QInval.LOCK.offset();
        for (int i = 0; i < POLLS; i++) {
            if (status(cpu, queue, wait) == DONE) {
                return 0;
            }
            long result = checkFault(cpu, iommu, index, wait);
            if (result != 0) {
                return result;
            }
            cpu.unlock(lock);
            cpu.delay(POLL_NANOS);
            cpu.lock(lock);
        }
        cpu.bug(LOCKUP);
        return 0;
    }

    /** {@code qi_check_fault}. */
    @KernelFunction("qi_check_fault")
    private static long checkFault(Cpu cpu, long iommu, long index, long wait) {
        long queue = cpu.load(iommu, IntelIommu.QI);
        if (status(cpu, queue, wait) == ABORT) {
            return EAGAIN;
        }
        long fault = Hw.read(cpu, iommu, Hw.FSTS, 4);
        long stride = stride(cpu, iommu);
        if ((fault & IQE) != 0 && Hw.read(cpu, iommu, Hw.IQH, 4) / stride == index) {
            cpu.printk(INVALID, get(cpu, iommu, index, 0), get(cpu, iommu, index, 8));
            put(cpu, iommu, index, get(cpu, iommu, wait, 0), get(cpu, iommu, wait, 8));
            Hw.write(cpu, iommu, Hw.FSTS, 4, IQE);
            return Errno.EINVAL;
        }
        if ((fault & ITE) != 0) {
            abortFetchedWaits(cpu, iommu);
            if (status(cpu, queue, wait) == ABORT) {
                return EAGAIN;
            }
        }
        if ((fault & ICE) != 0) {
            Hw.write(cpu, iommu, Hw.FSTS, 4, ICE);
            cpu.printk(UNEXPECTED);
        }
        return 0;
    }

    /** After a time-out, the waits that the unit had fetched are lost; they stand at odd places. */
    @KernelFunction("qi_check_fault")
    private static void abortFetchedWaits(Cpu cpu, long iommu) {
        long queue = cpu.load(iommu, IntelIommu.QI);
        long stride = stride(cpu, iommu);
        long head = (Hw.read(cpu, iommu, Hw.IQH, 4) / stride - 1 + LENGTH) % LENGTH | 1;
        long tail = (Hw.read(cpu, iommu, Hw.IQT, 4) / stride - 1 + LENGTH) % LENGTH;
        Hw.write(cpu, iommu, Hw.FSTS, 4, ITE);
        cpu.printk(TIMED_OUT);
        do {
            if (status(cpu, queue, head) == IN_USE) {
                setStatus(cpu, queue, head, ABORT);
            }
            head = (head - PAIR + LENGTH) % LENGTH;
        } while (head != tail);
    }

    /** {@code reclaim_free_desc}. */
    @KernelFunction("reclaim_free_desc")
    private static void reclaim(Cpu cpu, long queue) {
        long tail = cpu.load(queue, QInval.FREE_TAIL);
        for (long value = status(cpu, queue, tail); value == DONE || value == ABORT;
                value = status(cpu, queue, tail)) {
            setStatus(cpu, queue, tail, FREE);
            tail = (tail + 1) % LENGTH;
            cpu.store(queue, QInval.FREE_TAIL, tail);
            cpu.store(queue, QInval.FREE_COUNT, cpu.load(queue, QInval.FREE_COUNT) + 1);
        }
    }

    // ---- descriptors and status words, which the unit reads and writes ----

    private static void put(Cpu cpu, long iommu, long index, long low, long high) {
        long address = address(cpu, iommu, index);
        cpu.write(address, 8, Endian.LITTLE, low);
        cpu.write(address + 8, 8, Endian.LITTLE, high);
    }

    private static long get(Cpu cpu, long iommu, long index, int offset) {
        return cpu.read(address(cpu, iommu, index) + offset, 8, Endian.LITTLE);
    }

    private static long address(Cpu cpu, long iommu, long index) {
        return cpu.load(cpu.load(iommu, IntelIommu.QI), QInval.DESC) + index * stride(cpu, iommu);
    }

    private static long statusOf(Cpu cpu, long queue, long index) {
        return cpu.load(queue, QInval.DESC_STATUS) + index * 4;
    }

    private static long status(Cpu cpu, long queue, long index) {
        return cpu.read(statusOf(cpu, queue, index), 4, Endian.LITTLE);
    }

    private static void setStatus(Cpu cpu, long queue, long index, long value) {
        cpu.write(statusOf(cpu, queue, index), 4, Endian.LITTLE, value);
    }
}
