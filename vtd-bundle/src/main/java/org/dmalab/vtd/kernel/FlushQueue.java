package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
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

    /** Frees the queue of a domain whose id was flushed. */
    static void exit(Cpu cpu, long domain) {
        long queue = cpu.load(domain, DmarDomain.FLUSH_QUEUE);
        if (queue != 0) {
            cpu.free(queue);
        }
    }

    /** The bus addresses of an unmapped range are free: at once, or when they have been flushed. */
    static void release(Cpu cpu, long domain, long pfn) {
        long queue = cpu.load(domain, DmarDomain.FLUSH_QUEUE);
        if (queue == 0) {
            Iovas.free(cpu, domain, pfn);
            return;
        }
        if (cpu.load(domain, DmarDomain.FLUSH_QUEUE_COUNT) == ENTRIES) {
            flush(cpu, domain);
        }
        long count = cpu.load(domain, DmarDomain.FLUSH_QUEUE_COUNT);
        cpu.store(queue + count * FlushQueueEntry.STRUCT.sizeBytes(), FlushQueueEntry.PFN, pfn);
        cpu.store(domain, DmarDomain.FLUSH_QUEUE_COUNT, count + 1);
    }

    /** {@code iova_domain_flush} and {@code fq_ring_free}. */
    private static void flush(Cpu cpu, long domain) {
        long count = cpu.load(domain, DmarDomain.FLUSH_QUEUE_COUNT);
        Flush.iotlb(cpu, cpu.load(domain, DmarDomain.IOMMU), cpu.load(domain, DmarDomain.DID), 0, 0, Scope.DOMAIN);
        Ats.flush(cpu, domain, 0, Ats.ALL); // not in caching mode, in which there are no queues
        long entry = cpu.load(domain, DmarDomain.FLUSH_QUEUE);
        for (long i = 0; i < count; i++) {
            Iovas.free(cpu, domain, cpu.load(entry, FlushQueueEntry.PFN));
            entry += FlushQueueEntry.STRUCT.sizeBytes();
        }
        cpu.store(domain, DmarDomain.FLUSH_QUEUE_COUNT, 0);
    }

    /** The timers of all queues expire. */
    public static void timeout(Cpu cpu) {
        for (long device = cpu.load(KernelLayout.DEVICES); device != 0; device = cpu.load(device, Device.NEXT)) {
            long domain = cpu.load(device, Device.DOMAIN);
            if (domain != 0 && cpu.load(domain, DmarDomain.FLUSH_QUEUE_COUNT) != 0) {
                flush(cpu, domain);
            }
        }
    }
}
