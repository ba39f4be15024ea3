package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.vtd.kernel.KernelLayout.AtsScope;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.spec.Descriptor;
import org.dmalab.vtd.spec.Ecap;

/**
 * Address translation services: devices with a TLB of their own, which the kernel turns on when it attaches them and
 * has to flush whenever it flushes the IOTLB.
 */
public final class Ats {
    /** Address mask of a flush of everything. */
    static final long ALL = 52;
    private static final int FIRST_EXTENDED = 0x100;
    private static final int MOST_EXTENDED = 48;
    private static final long CAPABILITY_ID = 0xf;
    private static final int CAPABILITY = 4;
    private static final int CONTROL = 6;
    private static final long QUEUE_DEPTH = 0x1f;
    private static final long PAGE_ALIGNED = 1 << 5;
    private static final long ENABLE = 1 << 15;
    private static final long BUS_AND_FUNCTION = 0xffff;
    private static final int SECONDARY_BUS = 0x19;

    private Ats() { }

    /**
     * Looks whether a device may use ATS: it and its unit can, flushes go by queue, and the DMAR table allows it.
     * What is found stays in the device.
     */
    static void probe(Cpu cpu, long device) {
        long iommu = cpu.load(device, Device.IOMMU);
        boolean possible = cpu.load(iommu, IntelIommu.QI) != 0
                && Ecap.DT.isSet(cpu.load(iommu, IntelIommu.ECAP));
        long capability = possible ? capability(cpu, cpu.load(device, Device.SOURCE_ID)) : 0;
        boolean bridged = Bridges.conventional(cpu, cpu.load(device, Device.SOURCE_ID));
        cpu.store(device, Device.ATS_CAP, capability != 0 && !bridged && allowed(cpu, device) ? capability : 0);
    }

    /** Tells whether requests with a source-id may be those of a device with a TLB: not with its alias. */
    static boolean supported(Cpu cpu, long device, long sourceId) {
        return device != 0 && cpu.load(device, Device.ATS_CAP) != 0
                && (cpu.load(device, Device.SOURCE_ID) & BUS_AND_FUNCTION) == sourceId;
    }

    /** {@code pci_find_ext_capability}, and {@code pci_ats_page_aligned}: its offset, or 0. */
    @KernelFunction("pci_find_ext_capability")
    private static long capability(Cpu cpu, long sourceId) {
        int at = FIRST_EXTENDED;
        for (int i = 0; i < MOST_EXTENDED && at >= FIRST_EXTENDED; i++) {
            long header = cpu.readConfig(sourceId, at, 4);
            if ((header & 0xffff) == CAPABILITY_ID) {
                return (cpu.readConfig(sourceId, at + CAPABILITY, 2) & PAGE_ALIGNED) != 0 ? at : 0;
            }
            at = (int) (header >>> 20) & 0xffc;
        }
        return 0;
    }

    /**
     * {@code dmar_ats_supported}: a device with an SATC entry may, unless the unit does it by itself in legacy mode;
     * one without a bridge before it may; one behind a root port if an ATSR structure names the port, or all ports.
     */
    @KernelFunction("dmar_ats_supported")
    private static boolean allowed(Cpu cpu, long device) {
        long sourceId = cpu.load(device, Device.SOURCE_ID);
        boolean integrated = Devices.onRootBus(sourceId);
        boolean behindNamedPort = false;
        for (long scope = cpu.load(KernelLayout.ATS_SCOPES); scope != 0; scope = cpu.load(scope, AtsScope.NEXT)) {
            long named = cpu.load(scope, AtsScope.SOURCE_ID);
            switch ((int) cpu.load(scope, AtsScope.KIND)) {
                case AtsScope.INTEGRATED -> {
                    if (named == sourceId) {
                        return true;
                    }
                }
                case AtsScope.INTEGRATED_REQUIRED -> {
                    if (named == sourceId) {
                        return PasidTables.inUse(cpu, cpu.load(device, Device.IOMMU));
                    }
                }
                case AtsScope.ALL_PORTS -> behindNamedPort = true;
                default -> behindNamedPort |= cpu.readConfig(named, SECONDARY_BUS, 1) == Bridges.bus(sourceId)
                        && Bridges.segment(named) == Bridges.segment(sourceId);
            }
        }
        return integrated || behindNamedPort;
    }

    /** {@code iommu_enable_dev_iotlb}: of a device whose entry allows it; one that has ATS on already keeps its TLB. */
    @KernelFunction("iommu_enable_dev_iotlb")
    static void enable(Cpu cpu, long device, long domain) {
        long capability = cpu.load(device, Device.ATS_CAP);
        boolean scalable = PasidTables.inUse(cpu, cpu.load(device, Device.IOMMU));
        if (capability == 0 || (IdentityDomain.passesThrough(cpu, domain) && !scalable)) {
            return;
        }
        cpu.writeConfig(cpu.load(device, Device.SOURCE_ID), (int) capability + CONTROL, 2, ENABLE);
        cpu.store(device, Device.ATS_ENABLED, 1);
    }

    /** {@code iommu_disable_dev_iotlb}. */
    @KernelFunction("iommu_disable_dev_iotlb")
    static void disable(Cpu cpu, long device) {
        if (cpu.load(device, Device.ATS_ENABLED) != 0) {
            int control = (int) cpu.load(device, Device.ATS_CAP) + CONTROL;
            cpu.writeConfig(cpu.load(device, Device.SOURCE_ID), control, 2, 0);
            cpu.store(device, Device.ATS_ENABLED, 0);
        }
    }

    /** {@code iommu_flush_dev_iotlb}: the TLB of each device of a domain, 2 to the mask pages from an address. */
    @KernelFunction("iommu_flush_dev_iotlb")
    public static void flush(Cpu cpu, long domain, long address, long addressMask) {
        for (long device = cpu.load(KernelLayout.DEVICES); device != 0; device = cpu.load(device, Device.NEXT)) {
            if (cpu.load(device, Device.DOMAIN) == domain) {
                flushDevice(cpu, device, address, addressMask);
            }
        }
    }

    /** {@code __iommu_flush_dev_iotlb}; the size is in the address: ones from bit 12 up to half of it. */
    @KernelFunction("__iommu_flush_dev_iotlb")
    static void flushDevice(Cpu cpu, long device, long address, long addressMask) {
        if (cpu.load(device, Device.ATS_ENABLED) == 0) {
            return;
        }
        long sourceId = cpu.load(device, Device.SOURCE_ID);
        int at = (int) cpu.load(device, Device.ATS_CAP) + CAPABILITY;
        long depth = cpu.readConfig(sourceId, at, 2) & QUEUE_DEPTH;
        long low = Descriptor.DEVICE_TLB | Descriptor.MIP.of(depth) | Descriptor.SID.of(sourceId & BUS_AND_FUNCTION);
        long high = addressMask == 0 ? address & ~0xfffL
                : ((address | (1L << (12 + addressMask - 1)) - 1) & ~0xfffL) | Descriptor.S.mask();
        QueuedInvalidation.submit(cpu, cpu.load(device, Device.IOMMU), low, high);
    }
}
