package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Barrier;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The functions of the kernel that some version replaces, each under its C name, with the newest mainline text as their
 * body. A variant implements this, or extends the version that it is made from, and overrides what its patch changes;
 * these functions find each other through here, so that one function of a variant finds the others of the same variant.
 *
 * <p>A function takes the locks that its C text takes, the caller none of them. Arguments are those of the C function
 * in its order: {@code iommu}, {@code domain}, {@code device} and {@code context} are kernel addresses of
 * {@link IntelIommu}, {@link DmarDomain}, {@link Device} and of a context entry, {@code bus} and {@code devfn} are the
 * halves of a source-id. Results are 0 or a negative error number, as in C. What versions changed without making a
 * function of it has a name of its own here, and that of the C function it is in.
 */
@ConsumerType
public interface VtdKernel extends Iommu, MemoryNotifier {
    /** The newest mainline kernel, as it is. */
    record Mainline() implements VtdKernel { }

    /** The kernel that a service object belongs to; the newest one for an object that provides the service alone. */
    static VtdKernel of(Object service) {
        return service instanceof VtdKernel kernel ? kernel : new Mainline();
    }

    /** What is called for each source-id that a device's requests may carry. */
    @FunctionalInterface
    interface DmaAlias {
        /** Does it for one source-id: 0 or a negative error number. */
        long apply(long bus, long devfn);
    }

    // ---- a device gets its context entries ----

    /**
     * Attaches a device that is in its domain already: its context entries, and in scalable mode the entry of its PASID
     * table. The context entries come first since 6.9 ({@code intel_pasid_setup_sm_context}).
     */
    @Override
    @KernelFunction("dmar_domain_attach_device")
    default long attach(Cpu cpu, long device, long domain) {
        if (!PasidTables.inUse(cpu, cpu.load(device, Device.IOMMU))) {
            return domain_context_mapping(cpu, domain, device);
        }
        long result = intel_pasid_setup_sm_context(cpu, device);
        return result < 0 ? result : PasidTables.setUp(this, cpu, device, domain);
    }

    /**
     * Calls a function for each source-id that a device's requests may carry, until one fails.
     *
     * @return 0, or what the one that failed returned
     */
    @KernelFunction
    default long pci_for_each_dma_alias(Cpu cpu, long device, DmaAlias function) {
        for (int i = 0; i < Devices.sourceIds(cpu, device); i++) {
            long sourceId = Devices.sourceId(cpu, device, i);
            long result = function.apply(sourceId >>> 8 & 0xff, sourceId & 0xff);
            if (result < 0) {
                return result;
            }
        }
        return 0;
    }

    /** Maps all source-ids of a device in legacy mode. */
    @KernelFunction
    default long domain_context_mapping(Cpu cpu, long domain, long device) {
        long iommu = cpu.load(device, Device.IOMMU);
        return pci_for_each_dma_alias(cpu, device,
                (bus, devfn) -> domain_context_mapping_one(cpu, domain, iommu, bus, devfn));
    }

    /**
     * Maps one source-id in legacy mode. Takes device_domain_lock and the unit's lock.
     *
     * @return 0, also if the entry is there already; {@code -ENOMEM}
     */
    @KernelFunction
    default long domain_context_mapping_one(Cpu cpu, long domain, long iommu, long bus, long devfn) {
        long sourceId = ContextEntry.sourceId(bus, devfn);
        long flags = ContextMapping.lock(cpu, iommu);
        try {
            long context = ContextEntry.get(cpu, iommu, sourceId, true);
            if (context == 0) {
                return Errno.ENOMEM;
            }
            boolean copied = CopiedTables.inBitmap(cpu, iommu, sourceId);
            if (ContextEntry.present(cpu, context) && !copied) {
                return 0;
            }
            if (copied) {
                copied_context_tear_down(cpu, iommu, context, bus, devfn);
            }
            return ContextMapping.setUp(this, cpu, domain, iommu, context, bus, devfn);
        } finally {
            ContextMapping.unlock(cpu, iommu, flags);
        }
    }

    /**
     * Clears an entry that was copied from the old kernel, and what the unit caches of it, by the handshake of the
     * specification, Guidance to Software for Invalidations (f532c57985b1): the present bit goes first and reaches
     * memory, the rest when no cache can hold it. The caller holds the unit's lock.
     */
    @KernelFunction
    default void copied_context_tear_down(Cpu cpu, long iommu, long context, long bus, long devfn) {
        long oldId = ContextEntry.domainId(cpu, context);
        ContextEntry.clearPresent(cpu, context);
        cpu.barrier(Barrier.WRITE);
        Hw.flushCache(cpu, iommu, context, ContextEntry.BYTES);
        ContextMapping.flushOld(cpu, iommu, oldId, ContextEntry.sourceId(bus, devfn));
        ContextEntry.clear(cpu, context);
        CopiedTables.clearInBitmap(cpu, iommu, ContextEntry.sourceId(bus, devfn));
    }

    /**
     * After an entry became present: in caching mode its absence may be cached, with domain-id 0; else nothing is. In
     * {@code domain_context_mapping_one} itself up to 6.11.
     */
    @KernelFunction
    default void context_present_cache_flush(Cpu cpu, long iommu, long did, long bus, long devfn) {
        if (Hw.cachingMode(cpu, iommu)) {
            Flush.context(cpu, iommu, 0, ContextEntry.sourceId(bus, devfn), Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, did, 0, 0, Scope.DOMAIN);
        } else {
            Hw.flushWriteBuffer(cpu, iommu);
        }
    }

    // ---- the same in scalable mode ----

    /** Gives a device its PASID directory, if it has none: 0 or {@code -ENOMEM}. In legacy mode it needs none. */
    @KernelFunction
    default long intel_pasid_alloc_table(Cpu cpu, long device) {
        long iommu = cpu.load(device, Device.IOMMU);
        if (!PasidTables.inUse(cpu, iommu) || cpu.load(device, Device.PASID_DIRECTORY) != 0) {
            return 0;
        }
        long directory = Pages.alloc(cpu);
        if (directory == 0) {
            return Errno.ENOMEM;
        }
        cpu.store(device, Device.PASID_DIRECTORY, directory);
        if (writesPasidTablesBack()) {
            Hw.flushCache(cpu, iommu, directory, Pages.BYTES);
        }
        return 0;
    }

    /** Whether new PASID directories, their entries and tables reach a unit that does not snoop (194b3348bdbb). */
    @KernelFunction("intel_pasid_get_entry")
    default boolean writesPasidTablesBack() {
        return true;
    }

    /** The context entries of all source-ids of a device lead to its PASID directory. */
    @KernelFunction
    default long intel_pasid_setup_sm_context(Cpu cpu, long device) {
        return pci_for_each_dma_alias(cpu, device, (bus, devfn) -> device_pasid_table_setup(cpu, device, bus, devfn));
    }

    /**
     * The context entry of one source-id leads to the device's PASID directory. Takes the unit's lock.
     *
     * @return 0, also if the entry is there already; {@code -ENOMEM}
     */
    @KernelFunction
    default long device_pasid_table_setup(Cpu cpu, long device, long bus, long devfn) {
        long iommu = cpu.load(device, Device.IOMMU);
        long sourceId = ContextEntry.sourceId(bus, devfn);
        long flags = ContextMapping.lock(cpu, iommu);
        try {
            long context = ContextEntry.get(cpu, iommu, sourceId, true);
            if (context == 0) {
                return Errno.ENOMEM;
            }
            boolean copied = CopiedTables.inBitmap(cpu, iommu, sourceId);
            if (ContextEntry.present(cpu, context) && !copied) {
                return 0;
            }
            if (copied) {
                tearDownCopied(cpu, iommu, context, bus, devfn);
            }
            return ContextMapping.setUp(this, cpu, cpu.load(device, Device.DOMAIN), iommu, context, bus, devfn);
        } finally {
            ContextMapping.unlock(cpu, iommu, flags);
        }
    }

    /** What {@link #device_pasid_table_setup} does to a copied entry, by the same handshake as in legacy mode. */
    @KernelFunction("device_pasid_table_setup")
    default void tearDownCopied(Cpu cpu, long iommu, long context, long bus, long devfn) {
        ContextEntry.clearPresent(cpu, context);
        cpu.barrier(Barrier.WRITE);
        Hw.flushCache(cpu, iommu, context, ContextEntry.BYTES);
        flushCopied(cpu, iommu, bus, devfn);
        ContextEntry.clear(cpu, context);
        CopiedTables.clearInBitmap(cpu, iommu, ContextEntry.sourceId(bus, devfn));
    }

    /**
     * What {@link #device_pasid_table_setup} flushes of a copied entry (6.9): the old kernel's domain-ids are in tables
     * that nobody has read, so all of PASID cache and IOTLB go. The device's TLB would too, but this kernel has not
     * enabled it yet.
     */
    @KernelFunction("device_pasid_table_setup")
    default void flushCopied(Cpu cpu, long iommu, long bus, long devfn) {
        Flush.context(cpu, iommu, 0, ContextEntry.sourceId(bus, devfn), Scope.SELECTIVE);
        PasidTables.flushCache(cpu, iommu, PasidTables.Selection.GLOBAL, 0);
        Flush.iotlb(cpu, iommu, 0, 0, 0, Scope.GLOBAL);
    }

    // ---- the tables of a crashed kernel ----

    /** Whether the mark of a copied entry is kept in a bitmap by source-id (6.0); else it is bit 67 of the entry. */
    @KernelFunction("copy_context_table")
    default boolean marksCopiedInBitmap() {
        return true;
    }

    /** Whether an upper context table goes to its own place also on a bus that has no lower one (686bd59429ff). */
    @KernelFunction("copy_context_table")
    default boolean upperTableHasSlot() {
        return true;
    }

    // ---- second-level tables ----

    /** Fills in the tables for a range whose bus addresses are taken, and makes them seen. */
    @Override
    @KernelFunction("__intel_map_single")
    default long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        long result = domain_mapping(cpu, domain, Mappings.pfn(busAddress), Mappings.pfn(physicalAddress),
                Mappings.pages(physicalAddress, sizeBytes), Mappings.protection(cpu, domain, direction));
        return result < 0 ? result : Mappings.address(busAddress, physicalAddress);
    }

    /** Maps pages of a domain, and makes them seen: 0 or {@code -ENOMEM}. */
    @KernelFunction
    default long domain_mapping(Cpu cpu, long domain, long iovPfn, long physPfn, long pages, long prot) {
        switch_to_super_page(cpu, domain, iovPfn, physPfn, pages);
        long result = __domain_mapping(cpu, domain, iovPfn, physPfn, pages, prot);
        if (result >= 0) {
            __mapping_notify_one(cpu, cpu.load(domain, DmarDomain.IOMMU), domain, iovPfn, pages);
        }
        return result;
    }

    /**
     * Frees tables of small pages where superpages are to be mapped; the unit may have cached pointers to them, so they
     * are flushed (38c527aeb419).
     */
    @KernelFunction
    default void switch_to_super_page(Cpu cpu, long domain, long iovPfn, long physPfn, long pages) {
        if (Mappings.makeRoom(cpu, domain, iovPfn, physPfn, pages)) {
            Flush.pages(cpu, domain, iovPfn, pages, false);
        }
    }

    /** Sets the table entries of pages: 0 or {@code -ENOMEM}. */
    @KernelFunction
    default long __domain_mapping(Cpu cpu, long domain, long iovPfn, long physPfn, long pages, long prot) {
        return Mappings.fill(cpu, domain, iovPfn, physPfn, pages, prot);
    }

    /** From not present to present: in caching mode what was not there may be cached, else nothing is. */
    @KernelFunction
    default void __mapping_notify_one(Cpu cpu, long iommu, long domain, long pfn, long pages) {
        if (Hw.cachingMode(cpu, iommu)) {
            Flush.iotlbPages(cpu, iommu, domain, pfn, pages, false);
        } else {
            Hw.flushWriteBuffer(cpu, iommu);
        }
    }

    /** Clears the entries, then flushes the pages, unless a flush of many will do for them. */
    @Override
    @KernelFunction("intel_unmap")
    default long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        intel_unmap(cpu, domain, Mappings.pfn(busAddress), Mappings.pages(busAddress, sizeBytes));
        return 0;
    }

    /** Unmaps pages of a domain. */
    @KernelFunction
    default void intel_unmap(Cpu cpu, long domain, long pfn, long pages) {
        Mappings.clearRange(cpu, domain, pfn, pages);
        if (cpu.load(domain, DmarDomain.FLUSH_QUEUE) == 0) {
            Flush.pages(cpu, domain, pfn, pages, true);
        }
    }

    // ---- memory that comes and goes ----

    @Override
    default long notify(Cpu cpu, int action, long startPfn, long pageCount) {
        return intel_iommu_memory_notifier(cpu, action, startPfn, pageCount);
    }

    /** Keeps the tables of the identity domain to the memory there is (4.19): NOTIFY_OK or NOTIFY_BAD. */
    @KernelFunction
    default long intel_iommu_memory_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        if (action == MEM_GOING_ONLINE && IdentityDomain.map(cpu, startPfn, pageCount) < 0) {
            cpu.printk(IdentityDomain.FAILED, startPfn << Pages.SHIFT, ((startPfn + pageCount) << Pages.SHIFT) - 1);
            return NOTIFY_BAD;
        }
        if (action == MEM_OFFLINE || action == MEM_CANCEL_ONLINE) {
            IdentityDomain.clear(cpu, startPfn, pageCount);
            IdentityDomain.flush(cpu, startPfn, pageCount);
        }
        return NOTIFY_OK;
    }
}
