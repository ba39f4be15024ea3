package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.kernel.KernelLayout.RmrrUnit;
import org.dmalab.vtd.spec.Cap;

/** Start and end of a kernel: {@code init_dmars}, and the crash. */
public final class Boot {
    /** {@code SYSTEM_STATE}: running. */
    public static final long RUNNING = 1;
    /** {@code SYSTEM_STATE}: crashed. */
    public static final long CRASHED = 2;
    private static final long FIRST_PAGE = 0x02000000L;
    private static final long CAPTURE_PAGE = 0x03000000L;
    private static final long NEXT_CAPTURE_PAGE = 0x04000000L;
    private static final long NOT_KDUMP =
            Text.id("DMAR: Translation was enabled for dmar%d but we are not in kdump mode");
    private static final long RMRR = Text.id("DMAR: Setting RMRR:");
    private static final long ENABLED = Text.id("DMAR: Intel(R) Virtualization Technology for Directed I/O");
    private static final long PANIC = Text.id("Kernel panic - not syncing: sysrq triggered crash");
    private static final long MESSAGE_ADDRESS = 0xfee00000L;
    /** Vector of fault events in the messages of the first unit; the others follow it. */
    public static final long MESSAGE_VECTOR = 0x21;
    private static final long PROTECTED_ENABLE = 1L << 31;
    /** RTADDR: tables of scalable mode. */
    static final long SCALABLE_TABLES = 1 << 10;

    private static final long NOT_INITIALIZED = Text.id("DMAR: Initialization failed");

    private Boot() { }

    /**
     * Boots a kernel whose data is all zero.
     *
     * @param cpu the boot processor
     * @param parameters what it is told
     * @param crashed first page of the kernel that crashed, if this one captures it: it takes over tables and resets
     *     devices, in memory of its own; 0 if none has
     * @return 0 or a negative error number; then the kernel runs and leaves remapping alone: devices are given physical
     *         addresses
     */
    @KernelFunction("intel_iommu_init")
    public static long boot(Cpu cpu, BootParameters parameters, long crashed) {
        boolean kdump = crashed != 0;
        cpu.store(KernelLayout.RAM_BYTES, parameters.ramBytes());
        cpu.store(KernelLayout.ACPI_DMAR, parameters.dmarTable());
        cpu.store(KernelLayout.IDENTITY, parameters.identity() ? 1 : 0);
        cpu.store(KernelLayout.STRICT, parameters.deferredUnmap() ? 0 : 1);
        cpu.store(KernelLayout.SCALABLE, parameters.scalable() ? 1 : 0);
        long capturePage = crashed == CAPTURE_PAGE ? NEXT_CAPTURE_PAGE : CAPTURE_PAGE;
        cpu.store(KernelLayout.PAGE_BASE, kdump ? capturePage : FIRST_PAGE);
        cpu.store(KernelLayout.KDUMP, kdump ? 1 : 0);
        cpu.store(KernelLayout.RESET_DEVICES, kdump ? 1 : 0);
        long result = Bridges.remember(cpu, parameters);
        if (result == 0) {
            result = DmarTables.parse(cpu);
        }
        if (result == 0) {
            result = initDmars(cpu);
            if (result < 0) {
                giveUp(cpu);
            }
        }
        if (result < 0) {
            goOnWithoutUnits(cpu);
        }
        cpu.store(KernelLayout.SYSTEM_STATE, RUNNING);
        cpu.irqRestore(0);
        return result;
    }

    /** The kernel stops where it is; devices and tables go on. */
    @KernelFunction("crash_kexec")
    public static long crash(Cpu cpu) {
        if (cpu.load(KernelLayout.SYSTEM_STATE) != RUNNING) {
            return Errno.EINVAL;
        }
        cpu.irqSave();
        cpu.printk(PANIC);
        cpu.store(KernelLayout.SYSTEM_STATE, CRASHED);
        return 0;
    }

    @KernelFunction("init_dmars")
    private static long initDmars(Cpu cpu) {
        boolean copied = false;
        for (long iommu = cpu.load(KernelLayout.IOMMUS); iommu != 0; iommu = cpu.load(iommu, IntelIommu.NEXT)) {
            FaultHandler.fault(cpu, iommu);
            QueuedInvalidation.init(cpu, iommu);
            long result = initUnit(cpu, iommu);
            if (result < 0) {
                return result;
            }
            FlushQueue.checkUnit(cpu, iommu);
            copied |= (cpu.load(iommu, IntelIommu.FLAGS) & IntelIommu.TRANS_PRE_ENABLED) != 0;
        }
        for (long iommu = cpu.load(KernelLayout.IOMMUS); iommu != 0; iommu = cpu.load(iommu, IntelIommu.NEXT)) {
            Hw.flushWriteBuffer(cpu, iommu);
            setRootEntry(cpu, iommu);
            Flush.context(cpu, iommu, 0, 0, Scope.GLOBAL);
            if (PasidTables.inUse(cpu, iommu)) {
                PasidTables.flushCache(cpu, iommu, PasidTables.Selection.GLOBAL, 0); // c0474a606ecb
            }
            Flush.iotlb(cpu, iommu, 0, 0, 0, Scope.GLOBAL);
        }
        long result = IdentityDomain.init(cpu);
        if (result < 0) {
            return result;
        }
        if (!copied) {
            prepareReservedRegions(cpu);
        }
        for (long iommu = cpu.load(KernelLayout.IOMMUS); iommu != 0; iommu = cpu.load(iommu, IntelIommu.NEXT)) {
            Hw.flushWriteBuffer(cpu, iommu);
            setInterrupt(cpu, iommu);
            if ((cpu.load(iommu, IntelIommu.FLAGS) & IntelIommu.TRANS_PRE_ENABLED) == 0) {
                Hw.setPersistent(cpu, iommu, Hw.TE, true);
            }
            disableProtectedMemory(cpu, iommu);
        }
        cpu.printk(ENABLED);
        return 0;
    }

    /**
     * {@code disable_dmar_iommu} and {@code free_dmar_iommu} of each unit. A unit that has no domain-ids yet stays as
     * the kernel before has left it. From 5.18 on one with more than two ids in use does, too; here nothing fails after
     * that many were taken over.
     */
    @KernelFunction("disable_dmar_iommu")
    private static void giveUp(Cpu cpu) {
        for (long iommu = cpu.load(KernelLayout.IOMMUS); iommu != 0; iommu = cpu.load(iommu, IntelIommu.NEXT)) {
            long ids = cpu.load(iommu, IntelIommu.DOMAIN_IDS);
            if (ids == 0) {
                continue;
            }
            if ((cpu.load(iommu, IntelIommu.GCMD) & Hw.TE) != 0) {
                Hw.setPersistent(cpu, iommu, Hw.TE, false);
            }
            cpu.free(ids);
            CopiedTables.free(cpu, iommu);
            ContextEntry.freeTables(cpu, iommu);
        }
        cpu.printk(NOT_INITIALIZED);
    }

    /** {@code intel_iommu_free_dmars}; the DMA API is that without remapping. */
    @KernelFunction("intel_iommu_free_dmars")
    private static void goOnWithoutUnits(Cpu cpu) {
        cpu.store(KernelLayout.IOMMUS, 0);
        cpu.store(KernelLayout.RMRRS, 0);
        cpu.store(KernelLayout.SI_DOMAIN, 0);
    }

    /** Domain-ids, translation status, root table, and the old kernel's tables if translation is on. */
    @KernelFunction("init_dmars")
    private static long initUnit(Cpu cpu, long iommu) {
        long ids = cpu.alloc(KernelLayout.DOMAIN_IDS, (Hw.domainCount(cpu, iommu) + 63) / 64);
        cpu.store(iommu, IntelIommu.DOMAIN_IDS, ids);
        long root = ids == 0 ? 0 : Pages.alloc(cpu);
        if (root == 0) {
            return Errno.ENOMEM;
        }
        Bits.set(cpu, ids, 0); // tags what is cached in caching mode, and says "none" in dmar_domain
        if (PasidTables.inUse(cpu, iommu)) {
            Bits.set(cpu, ids, PasidTables.PASS_THROUGH_ID);
        }
        boolean enabled = (cpu.load(iommu, IntelIommu.GCMD) & Hw.TE) != 0;
        boolean kdump = cpu.load(KernelLayout.KDUMP) != 0;
        if (enabled && !kdump) {
            Hw.setPersistent(cpu, iommu, Hw.TE, false);
            cpu.printk(NOT_KDUMP, cpu.load(iommu, IntelIommu.SEQ_ID));
        }
        cpu.store(iommu, IntelIommu.ROOT_ENTRY, root);
        Hw.flushCache(cpu, iommu, root, Pages.BYTES);
        if (enabled && kdump) {
            if (CopiedTables.takeOver(cpu, iommu) == 0) {
                cpu.store(iommu, IntelIommu.FLAGS, IntelIommu.TRANS_PRE_ENABLED);
            } else {
                Hw.setPersistent(cpu, iommu, Hw.TE, false);
            }
        }
        return 0;
    }

    /** {@code iommu_set_root_entry}. */
    @KernelFunction("iommu_set_root_entry")
    private static void setRootEntry(Cpu cpu, long iommu) {
        long lock = iommu + IntelIommu.REGISTER_LOCK.offset();
        long flags = cpu.irqSave();
        cpu.lock(lock);
        long root = Pages.physical(cpu.load(iommu, IntelIommu.ROOT_ENTRY));
        Hw.write(cpu, iommu, Hw.RTADDR, 8, root | (PasidTables.inUse(cpu, iommu) ? SCALABLE_TABLES : 0));
        Hw.write(cpu, iommu, Hw.GCMD, 4, cpu.load(iommu, IntelIommu.GCMD) | Hw.SRTP);
        Hw.await(cpu, iommu, Hw.GSTS, 4, Hw.SRTP, Hw.SRTP);
        cpu.unlock(lock);
        cpu.irqRestore(flags);
    }

    /** {@code iommu_prepare_rmrr_dev}: devices with reserved regions get their domain at boot. */
    @KernelFunction("iommu_prepare_rmrr_dev")
    private static void prepareReservedRegions(Cpu cpu) {
        cpu.printk(RMRR);
        for (long region = cpu.load(KernelLayout.RMRRS); region != 0; region = cpu.load(region, RmrrUnit.NEXT)) {
            long device = Devices.find(cpu, cpu.load(region, RmrrUnit.SOURCE_ID));
            if (!Devices.isError(device) && cpu.load(device, Device.IOMMU) != 0) {
                Domains.ofDevice(cpu, device);
            }
        }
    }

    /** {@code dmar_set_interrupt}; what was pending before is handled first. */
    @KernelFunction("dmar_set_interrupt")
    private static void setInterrupt(Cpu cpu, long iommu) {
        Hw.write(cpu, iommu, Hw.FEDATA, 4, MESSAGE_VECTOR + cpu.load(iommu, IntelIommu.SEQ_ID));
        Hw.write(cpu, iommu, Hw.FEADDR, 4, MESSAGE_ADDRESS);
        Hw.write(cpu, iommu, Hw.FEUADDR, 4, 0);
        FaultHandler.fault(cpu, iommu);
        Hw.write(cpu, iommu, Hw.FECTL, 4, 0);
    }

    /** {@code iommu_disable_protect_mem_regions}. */
    @KernelFunction("iommu_disable_protect_mem_regions")
    private static void disableProtectedMemory(Cpu cpu, long iommu) {
        long cap = cpu.load(iommu, IntelIommu.CAP);
        if (Cap.PLMR.isSet(cap) || Cap.PHMR.isSet(cap)) {
            long value = Hw.read(cpu, iommu, Hw.PMEN, 4);
            Hw.write(cpu, iommu, Hw.PMEN, 4, value & ~PROTECTED_ENABLE);
            Hw.await(cpu, iommu, Hw.PMEN, 4, 1, 0);
        }
    }
}
