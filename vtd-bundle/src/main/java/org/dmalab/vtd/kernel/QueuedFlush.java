package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.spec.Cap;
import org.dmalab.vtd.spec.Descriptor;

/**
 * Invalidation by queue: {@code qi_flush_context} and {@code qi_flush_iotlb}. The kernel does not hand the
 * invalidation hint on here, as it does by register: a page-selective flush drops table pointers too. A unit for whose
 * queue there was no memory is flushed by register.
 */
public final class QueuedFlush implements CacheFlush, QueuedInvalidation.User {
    private static final long WRITE_DRAIN = 1 << 6;
    private static final long READ_DRAIN = 1 << 7;
    private static final long PAGE = ~0xfffL;

    @Override
    @KernelFunction("qi_flush_context")
    public void context(Cpu cpu, long iommu, long domainId, long sourceId, long functionMask, Scope scope) {
        if (!QueuedInvalidation.hasQueue(cpu, iommu)) {
            new RegisterFlush().context(cpu, iommu, domainId, sourceId, functionMask, scope);
            return;
        }
        QueuedInvalidation.submit(cpu, iommu, contextDescriptor(domainId, sourceId, functionMask, scope), 0);
    }

    @Override
    @KernelFunction("qi_flush_iotlb")
    public void iotlb(Cpu cpu, long iommu, long domainId, long address, long addressMask, Scope scope) {
        if (!QueuedInvalidation.hasQueue(cpu, iommu)) {
            new RegisterFlush().iotlb(cpu, iommu, domainId, address, addressMask, scope);
            return;
        }
        long cap = cpu.load(iommu, IntelIommu.CAP);
        long drain = (Cap.DWD.isSet(cap) ? WRITE_DRAIN : 0) | (Cap.DRD.isSet(cap) ? READ_DRAIN : 0);
        QueuedInvalidation.submit(cpu, iommu, iotlbDescriptor(domainId, scope) | drain,
                (address & PAGE) | (addressMask & 0x3f));
    }

    /** Lower half of a context-cache descriptor; the upper one is zero. */
    static long contextDescriptor(long domainId, long sourceId, long functionMask, Scope scope) {
        return Descriptor.CONTEXT_CACHE | granularity("context cache", scope) | Descriptor.DID.of(domainId & 0xffff)
                | Descriptor.SID.of(sourceId & 0xffff) | Descriptor.FM.of(functionMask & 3);
    }

    /** Lower half of an IOTLB descriptor without draining. */
    static long iotlbDescriptor(long domainId, Scope scope) {
        return Descriptor.IOTLB | granularity("IOTLB", scope) | Descriptor.DID.of(domainId & 0xffff);
    }

    private static long granularity(String cache, Scope scope) {
        if (scope == Scope.NONE) {
            throw new IllegalArgumentException("a flush of the " + cache + " of no scope");
        }
        return Descriptor.G.of(scope.ordinal());
    }
}
