package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.FlushQueueEntry;

/**
 * Deferred unmapping: bus addresses that were unmapped stay taken until one flush of their domain-id has covered them
 * all, when the queue is full or its timer has expired ({@code queue_iova} and {@code fq_flush_timeout} of 4.19; one
 * queue a domain here, not one a processor). Until then the device may reach the pages that were unmapped.
 */
public final class FlushQueue {
    /** {@code IOVA_FQ_TIMEOUT}, in nanoseconds. */
    public static final long TIMEOUT_NANOS = 10_000_000;
    private static final int ENTRIES = 256; // IOVA_FQ_SIZE
    private static final long DISALLOWED = Text.id("DMAR: IOMMU batching disallowed due to virtualization");

    private FlushQueue() { }

    /** In caching mode a flush of a whole domain is dear: unmapping is strict (29b32839725f). */
    static void checkUnit(Cpu cpu, long iommu) {
        if (cpu.load(KernelLayout.STRICT) == 0 && Hw.cachingMode(cpu, iommu)) {
            cpu.printk(DISALLOWED);
            cpu.store(KernelLayout.STRICT, 1);
        }
    }

    /** Gives a new domain a queue if unmapping is deferred; without memory for one its unmapping is strict. */
    static void init(Cpu cpu, long domain) {
        if (cpu.load(KernelLayout.STRICT) == 0) {
            cpu.store(domain, DmarDomain.FLUSH_QUEUE, cpu.alloc(FlushQueueEntry.STRUCT, ENTRIES));
        }
    }

    /** Frees the queue of a domain that no device is in and whose id was flushed, when its timer has come to rest. */
    static void exit(Cpu cpu, long domain) {
        long queue = cpu.load(domain, DmarDomain.FLUSH_QUEUE);
        if (queue != 0) {
            cpu.await(domain + DmarDomain.FLUSH_TIMER_RUNS.offset(), DmarDomain.FLUSH_TIMER_RUNS.widthBytes(), 0);
            cpu.free(queue);
        }
    }

    /** {@code queue_iova}: the bus addresses of an unmapped range are free at once, or when they have been flushed. */
    @KernelFunction("queue_iova")
    static void release(Cpu cpu, long domain, long pfn) {
        long queue = cpu.load(domain, DmarDomain.FLUSH_QUEUE);
        if (queue == 0) {
            Iovas.free(cpu, domain, pfn);
            return;
        }
        long flags = lock(cpu, domain);
        freeFlushed(cpu, domain);
        if (cpu.load(domain, DmarDomain.FLUSH_QUEUE_COUNT) == ENTRIES) {
            flush(cpu, domain);
            freeFlushed(cpu, domain);
        }
        long count = cpu.load(domain, DmarDomain.FLUSH_QUEUE_COUNT);
        long entry = entry(cpu, domain, count);
        cpu.store(entry, FlushQueueEntry.PFN, pfn);
        cpu.store(entry, FlushQueueEntry.COUNTER, cpu.load(domain, DmarDomain.FLUSHES_STARTED));
        cpu.store(domain, DmarDomain.FLUSH_QUEUE_COUNT, count + 1);
        unlock(cpu, domain, flags);
    }

    private static long entry(Cpu cpu, long domain, long index) {
        long place = (cpu.load(domain, DmarDomain.FLUSH_QUEUE_HEAD) + index) % ENTRIES;
        return cpu.load(domain, DmarDomain.FLUSH_QUEUE) + place * FlushQueueEntry.STRUCT.sizeBytes();
    }

    /** {@code iova_domain_flush}: what was queued before it began is flushed when it is done. */
    @KernelFunction("iova_domain_flush")
    private static void flush(Cpu cpu, long domain) {
        increment(cpu, domain, DmarDomain.FLUSHES_STARTED);
        long iommu = cpu.load(domain, DmarDomain.IOMMU);
        Flush.iotlb(cpu, iommu, ContextMapping.domainId(cpu, domain, iommu), 0, 0, Scope.DOMAIN);
        Ats.flush(cpu, domain, 0, Ats.ALL); // not in caching mode, in which there are no queues
        increment(cpu, domain, DmarDomain.FLUSHES_FINISHED);
    }

    /** {@code atomic64_inc}. */
    @KernelFunction("atomic64_inc")
    private static void increment(Cpu cpu, long domain, Field counter) {
        long value = cpu.load(domain, counter);
        long before = cpu.compareExchange(domain, counter, value, value + 1);
        while (before != value) {
            value = before;
            before = cpu.compareExchange(domain, counter, value, value + 1);
        }
    }

    /** {@code fq_ring_free}: gives the bus addresses back that a flush has covered. */
    @KernelFunction("fq_ring_free")
    private static void freeFlushed(Cpu cpu, long domain) {
        long finished = cpu.load(domain, DmarDomain.FLUSHES_FINISHED);
        for (long count = cpu.load(domain, DmarDomain.FLUSH_QUEUE_COUNT); count > 0; count--) {
            long entry = entry(cpu, domain, 0);
            if (cpu.load(entry, FlushQueueEntry.COUNTER) >= finished) {
                return;
            }
            Iovas.free(cpu, domain, cpu.load(entry, FlushQueueEntry.PFN));
            cpu.store(domain, DmarDomain.FLUSH_QUEUE_HEAD,
                    (cpu.load(domain, DmarDomain.FLUSH_QUEUE_HEAD) + 1) % ENTRIES);
            cpu.store(domain, DmarDomain.FLUSH_QUEUE_COUNT, count - 1);
        }
    }

    private static long lock(Cpu cpu, long domain) {
        return SpinLock.irqSave(cpu, domain + DmarDomain.FLUSH_QUEUE_LOCK.offset());
    }

    private static void unlock(Cpu cpu, long domain, long flags) {
        SpinLock.irqRestore(cpu, domain + DmarDomain.FLUSH_QUEUE_LOCK.offset(), flags);
    }

    /** The timers of all queues expire: {@code fq_flush_timeout}. */
    public static void timeout(Cpu cpu) {
        for (long device = cpu.load(KernelLayout.DEVICES); device != 0; device = cpu.load(device, Device.NEXT)) {
            long domain = startTimer(cpu, device);
            if (domain != 0) {
                flush(cpu, domain);
                long flags = lock(cpu, domain);
                freeFlushed(cpu, domain);
                unlock(cpu, domain, flags);
                cpu.store(domain, DmarDomain.FLUSH_TIMER_RUNS, 0);
            }
        }
    }

    /** The domain of a device, if its timer is armed: it stays as long as the timer's function runs. */
    private static long startTimer(Cpu cpu, long device) {
        long flags = SpinLock.irqSave(cpu, KernelLayout.DEVICE_DOMAIN_LOCK.address());
        long domain = cpu.load(device, Device.DOMAIN);
        if (domain != 0 && cpu.load(domain, DmarDomain.FLUSH_QUEUE_COUNT) == 0) {
            domain = 0;
        }
        if (domain != 0) {
            cpu.store(domain, DmarDomain.FLUSH_TIMER_RUNS, 1);
        }
        SpinLock.irqRestore(cpu, KernelLayout.DEVICE_DOMAIN_LOCK.address(), flags);
        return domain;
    }
}
