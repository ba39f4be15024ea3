package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.kernel.KernelLayout.RmrrUnit;
import org.dmalab.vtd.spec.Ecap;

/** Domains and the devices in them. */
public final class Domains {
    private static final long IDENTITY =
            Text.id("DMAR: Setting identity map for device %04x:%02x:%02x.%d [0x%llx - 0x%llx]");
    private static final long ENDS_BEFORE = Text.id("Your BIOS is broken; RMRR ends before it starts!");
    private static final long INELIGIBLE = Text.id("DMAR: Device is ineligible for IOMMU domain attach due to platform "
            + "RMRR requirement.  Contact your platform vendor.");
    private static final long TOO_WIDE = Text.id("Your BIOS is broken; RMRR exceeds permitted address width");
    private static final long INTERRUPTS_FIRST = 0xfee00;
    private static final long INTERRUPTS_LAST = 0xfeeff;
    private static final int DIRECTION_SHIFT = 56;

    private Domains() { }

    /** {@code get_valid_domain_for_dev}: the device's domain, made and attached at its first use of the DMA API. */
    @KernelFunction("get_valid_domain_for_dev")
    static long ofDevice(Cpu cpu, long device) {
        long domain = cpu.load(device, Device.DOMAIN);
        if (domain != 0) {
            return domain;
        }
        long shared = shared(cpu, device);
        domain = shared != 0 ? shared : alloc(cpu, cpu.load(device, Device.IOMMU));
        if (domain == 0) {
            return Errno.ENOMEM;
        }
        for (long region = cpu.load(KernelLayout.RMRRS); region != 0; region = cpu.load(region, RmrrUnit.NEXT)) {
            if (cpu.load(region, RmrrUnit.SOURCE_ID) == cpu.load(device, Device.SOURCE_ID)) {
                prepareIdentityMap(cpu, domain, device, region);
            }
        }
        long attached = attach(cpu, device, domain);
        if (attached != domain && shared == 0) {
            exit(cpu, domain);
        }
        return attached;
    }

    /**
     * The domain that a device is to have without one of its own: that of all devices, or that of the device attached
     * already whose requests may carry the same source-id, which no unit could tell apart; 0 if there is none. From 4.2
     * to 5.x the domain of the alias is looked up, later kernels have one for the group.
     */
    @KernelFunction("find_or_alloc_domain")
    private static long shared(Cpu cpu, long device) {
        long identity = cpu.load(KernelLayout.SI_DOMAIN);
        if (identity != 0) {
            return identity;
        }
        long alias = Devices.sourceId(cpu, device, Devices.sourceIds(cpu, device) - 1);
        long other = Devices.otherAttached(cpu, device, alias);
        return other == 0 ? 0 : cpu.load(other, Device.DOMAIN);
    }

    @KernelFunction("alloc_domain")
    static long alloc(Cpu cpu, long iommu) {
        long domain = cpu.alloc(DmarDomain.STRUCT);
        long pgd = domain == 0 ? 0 : Pages.alloc(cpu);
        if (pgd == 0) {
            if (domain != 0) {
                cpu.free(domain);
            }
            return 0;
        }
        cpu.store(domain, DmarDomain.IOMMU, iommu);
        cpu.store(domain, DmarDomain.AGAW, cpu.load(iommu, IntelIommu.AGAW));
        cpu.store(domain, DmarDomain.COHERENT, Ecap.C.get(cpu.load(iommu, IntelIommu.ECAP)));
        cpu.store(domain, DmarDomain.PGD, pgd);
        Mappings.flush(cpu, domain, pgd, Pages.BYTES);
        FlushQueue.init(cpu, domain);
        Iovas.reserve(cpu, domain, INTERRUPTS_FIRST, INTERRUPTS_LAST);
        return domain;
    }

    /** {@code domain_prepare_identity_map}; firmware that is wrong is told so, and the region left out. */
    @KernelFunction("domain_prepare_identity_map")
    private static void prepareIdentityMap(Cpu cpu, long domain, long device, long region) {
        long start = cpu.load(region, RmrrUnit.BASE_ADDRESS);
        long end = cpu.load(region, RmrrUnit.END_ADDRESS);
        long sourceId = cpu.load(device, Device.SOURCE_ID);
        cpu.printk(IDENTITY, Bridges.segment(sourceId), Bridges.bus(sourceId), sourceId >>> 3 & 0x1f,
                sourceId & 7, start, end);
        if (Long.compareUnsigned(end, start) < 0) {
            cpu.warn(ENDS_BEFORE);
            return;
        }
        if (end >>> (30 + 9 * cpu.load(domain, DmarDomain.AGAW)) != 0) {
            cpu.warn(TOO_WIDE);
            return;
        }
        long first = start >>> 12;
        long count = (end >>> 12) - first + 1;
        boolean mapped = domain == cpu.load(KernelLayout.SI_DOMAIN);
        if (!mapped) {
            Iovas.reserve(cpu, domain, first, end >>> 12);
            Mappings.clearRange(cpu, domain, first, count);
            mapped = Mappings.fill(cpu, domain, first, first, count, Mappings.READ | Mappings.WRITE) == 0;
        }
        if (mapped) {
            Devices.note(cpu, EventKind.BUFFER_TO_DEVICE, device, start, start,
                    end - start + 1 | (long) Direction.BIDIRECTIONAL.ordinal() << DIRECTION_SHIFT);
        }
    }

    /**
     * {@code dmar_insert_one_dev_info}, 4.4 to 5.15: a domain-id on the unit, then the context entries by the variant.
     * The device is in its domain before it has its context entries; nobody waits for those.
     *
     * @return the domain; the one that somebody else has put the device in meanwhile; or an error number
     */
    @KernelFunction("dmar_insert_one_dev_info")
    private static long attach(Cpu cpu, long device, long domain) {
        Binding variant = cpu.services().enter();
        try {
            long iommu = cpu.load(device, Device.IOMMU);
            long found = insert(cpu, device, domain, iommu);
            if (found != 0) {
                return found;
            }
            Ats.probe(cpu, device);
            long result = VtdKernel.of(variant.iommu()).intel_pasid_alloc_table(cpu, device);
            if (result == 0) {
                result = variant.iommu().attach(cpu, device, domain);
            }
            if (result < 0) {
                PasidTables.tearDown(cpu, device);
                remove(cpu, device, domain, iommu);
                return result;
            }
            Ats.enable(cpu, device, domain);
            return domain;
        } finally {
            cpu.services().leave();
        }
    }

    /** Puts a device into a domain: 0, the domain that it is in already, or an error number. */
    @KernelFunction("dmar_insert_one_dev_info")
    private static long insert(Cpu cpu, long device, long domain, long iommu) {
        long flags = ContextMapping.lock(cpu, iommu);
        long found = cpu.load(device, Device.DOMAIN);
        long result = found == 0 ? attachToUnit(cpu, domain, iommu) : found;
        if (result == 0) {
            cpu.store(device, Device.DOMAIN, domain);
        }
        ContextMapping.unlock(cpu, iommu, flags);
        return result;
    }

    /**
     * Takes a device out of its domain, and the domain's id from the unit if it was the last.
     *
     * @return how many devices of the unit are left in the domain
     */
    @KernelFunction("__dmar_remove_one_dev_info")
    private static long remove(Cpu cpu, long device, long domain, long iommu) {
        long flags = ContextMapping.lock(cpu, iommu);
        cpu.store(device, Device.DOMAIN, 0);
        long left = detachFromUnit(cpu, domain, iommu);
        ContextMapping.unlock(cpu, iommu, flags);
        return left;
    }

    /** {@code domain_attach_iommu}, under the locks: the smallest free domain-id. */
    @KernelFunction("domain_attach_iommu")
    private static long attachToUnit(Cpu cpu, long domain, long iommu) {
        long devices = onUnit(cpu, domain, DmarDomain.DEVICES, iommu);
        int width = DmarDomain.DEVICES.widthBytes();
        long result = cpu.load(devices, width) == 0 ? takeId(cpu, domain, iommu) : 0;
        if (result == 0) {
            cpu.store(devices, width, cpu.load(devices, width) + 1);
        }
        return result;
    }

    /** Gives a domain the smallest free domain-id: 0 or {@code -ENOSPC}. The caller holds the unit's lock. */
    public static long takeId(Cpu cpu, long domain, long iommu) {
        long bitmap = cpu.load(iommu, IntelIommu.DOMAIN_IDS);
        long count = Hw.domainCount(cpu, iommu);
        long did = Bits.firstZero(cpu, bitmap, count);
        if (did >= count) {
            return Errno.ENOSPC;
        }
        Bits.set(cpu, bitmap, did);
        cpu.store(onUnit(cpu, domain, DmarDomain.DID, iommu), DmarDomain.DID.widthBytes(), did);
        cpu.note(KernelEvent.DOMAIN_ID_TAKEN, did, cpu.load(iommu, IntelIommu.SEQ_ID), 0, 0);
        return 0;
    }

    @KernelFunction("domain_detach_iommu")
    private static long detachFromUnit(Cpu cpu, long domain, long iommu) {
        long devices = onUnit(cpu, domain, DmarDomain.DEVICES, iommu);
        long left = cpu.load(devices, DmarDomain.DEVICES.widthBytes()) - 1;
        cpu.store(devices, DmarDomain.DEVICES.widthBytes(), left);
        if (left == 0) {
            freeId(cpu, iommu, ContextMapping.domainId(cpu, domain, iommu));
        }
        return left;
    }

    /** Address of the element for a unit of an array that a domain has by number of the unit. */
    static long onUnit(Cpu cpu, long domain, Field first, long iommu) {
        return domain + first.offset() + cpu.load(iommu, IntelIommu.SEQ_ID) * first.widthBytes();
    }

    /** Gives a domain-id back: the next domain that is attached may get it. The caller holds the unit's lock. */
    public static void freeId(Cpu cpu, long iommu, long did) {
        Bits.clear(cpu, cpu.load(iommu, IntelIommu.DOMAIN_IDS), did);
    }

    /**
     * {@code intel_iommu_attach_device}: a user of the IOMMU API, such as VFIO, takes a device into a domain of its
     * own, in which nothing is mapped.
     *
     * @return 0; {@code -EPERM} for a device that firmware reserved memory for, since what firmware does there would
     *     fault (3.16, c875d2c1b808), unless it is a USB controller or graphics, of which the region is not needed
     *     after boot; {@code -EBUSY} while a driver has buffers; or another error number
     */
    @KernelFunction("intel_iommu_attach_device")
    static long attachForUser(Cpu cpu, long device) {
        if (rmrrLocked(cpu, device)) {
            cpu.printk(INELIGIBLE);
            return Errno.EPERM;
        }
        if (cpu.load(device, Device.DOMAIN) != 0) {
            long result = detach(cpu, device);
            if (result < 0) {
                return result;
            }
        }
        long domain = alloc(cpu, cpu.load(device, Device.IOMMU));
        if (domain == 0) {
            return Errno.ENOMEM;
        }
        long attached = attach(cpu, device, domain);
        if (attached != domain) {
            exit(cpu, domain);
        }
        return Devices.isError(attached) ? attached : 0;
    }

    /** {@code device_is_rmrr_locked}. */
    @KernelFunction("device_is_rmrr_locked")
    private static boolean rmrrLocked(Cpu cpu, long device) {
        long sourceId = cpu.load(device, Device.SOURCE_ID);
        boolean named = false;
        for (long region = cpu.load(KernelLayout.RMRRS); region != 0; region = cpu.load(region, RmrrUnit.NEXT)) {
            named |= cpu.load(region, RmrrUnit.SOURCE_ID) == sourceId;
        }
        return named && !Devices.regionIsRelaxable(cpu, sourceId);
    }

    /** {@code dmar_remove_one_dev_info}, then {@code domain_exit}. */
    @KernelFunction("dmar_remove_one_dev_info")
    static long detach(Cpu cpu, long device) {
        long domain = cpu.load(device, Device.DOMAIN);
        if (domain == 0) {
            return Errno.EINVAL;
        }
        if (cpu.load(device, Device.BUFFERS) != 0) {
            return Errno.EBUSY;
        }
        long iommu = cpu.load(device, Device.IOMMU);
        PasidTables.tearDown(cpu, device);
        Ats.disable(cpu, device);
        for (int i = 0; i < Devices.sourceIds(cpu, device); i++) {
            long sourceId = Devices.sourceId(cpu, device, i);
            if (i == 0 || !keepsContext(cpu, device, iommu, sourceId)) {
                clearContext(cpu, iommu, domain, sourceId);
            }
        }
        PasidTables.free(cpu, device);
        long sourceId = cpu.load(device, Device.SOURCE_ID);
        for (long region = cpu.load(KernelLayout.RMRRS); region != 0; region = cpu.load(region, RmrrUnit.NEXT)) {
            if (cpu.load(region, RmrrUnit.SOURCE_ID) == sourceId) {
                long start = cpu.load(region, RmrrUnit.BASE_ADDRESS);
                Devices.note(cpu, EventKind.BUFFER_TO_CPU, device, start, start,
                        cpu.load(region, RmrrUnit.END_ADDRESS) - start + 1);
            }
        }
        if (remove(cpu, device, domain, iommu) == 0) {
            exit(cpu, domain);
        }
        return 0;
    }

    /**
     * Tells whether another attached device needs the context entry of a source-id. Kernels move such devices together,
     * by group; in scalable mode the entry leads to the tables of the one that goes.
     */
    private static boolean keepsContext(Cpu cpu, long device, long iommu, long sourceId) {
        return !PasidTables.inUse(cpu, iommu) && Devices.otherAttached(cpu, device, sourceId) != 0;
    }

    /**
     * {@code domain_context_clear_one}, 4.19 to 6.2. An entry of scalable mode has no domain-id; that of the domain is
     * taken, and the PASID cache flushed in between (37764b952e1b). The flush of the device-TLB that this commit added
     * comes after ATS was disabled, so that it does nothing; the device has dropped its entries by then.
     */
    @KernelFunction("domain_context_clear_one")
    private static void clearContext(Cpu cpu, long iommu, long domain, long sourceId) {
        boolean scalable = PasidTables.inUse(cpu, iommu);
        long lock = iommu + IntelIommu.LOCK.offset();
        long flags = SpinLock.irqSave(cpu, lock);
        long entry = ContextEntry.get(cpu, iommu, sourceId, false);
        long did = 0;
        if (entry != 0) {
            did = scalable ? PasidTables.domainId(cpu, domain, iommu) : ContextEntry.domainId(cpu, entry);
            ContextEntry.clear(cpu, entry);
            Hw.flushCache(cpu, iommu, entry, ContextEntry.BYTES);
        }
        SpinLock.irqRestore(cpu, lock, flags);
        if (entry == 0) {
            return;
        }
        Flush.context(cpu, iommu, did, sourceId, Scope.SELECTIVE);
        if (scalable) {
            PasidTables.flushCache(cpu, iommu, PasidTables.Selection.DOMAIN, did);
        }
        Flush.iotlb(cpu, iommu, did, 0, 0, Scope.DOMAIN);
    }

    /** {@code domain_exit}; the identity domain stays. */
    @KernelFunction("domain_exit")
    private static void exit(Cpu cpu, long domain) {
        if (domain == cpu.load(KernelLayout.SI_DOMAIN)) {
            return;
        }
        FlushQueue.exit(cpu, domain);
        Iovas.freeAll(cpu, domain);
        Mappings.freeTables(cpu, domain);
        cpu.free(domain);
    }
}
