package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.mips.kernel.CacheMaintenance;
import org.dmalab.mips.kernel.Layout;
import org.dmalab.mips.kernel.NoncoherentDma;
import org.dmalab.mips.kernel.Pages;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/** Before the series: every page is taken to have a linear address. */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=MIPS before the series: works on kernel addresses, as if all memory had one",
    Variant.ARCH + "=mips", Variant.PATCH + "=kseg0-only", Variant.COMMIT + "=-", Variant.SINCE + "=to 3.0",
    Variant.ORIGIN + "=mainline", Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=va = page_address(page) + offset",
    Variant.STEPS + "=map_sg, unmap_sg: if va is not 0, operate on va line by line",
    Variant.STEPS + "=bus address = va - 0x80000000",
    Variant.STEPS + "=unmap_page, sync_single: va = bus address + 0x80000000",
    Variant.DEFECTS + "=a high page without kmap has no address: no operation, or one on a user address",
    Variant.DEFECTS + "=the bus address of a high page is wrong: 0x80000000 if it has no kmap",
    Variant.DEFECTS + "=sync_sg_* leaves out sg->offset"})
public final class Kseg0Only implements NoncoherentDma, Iommu {
    @Override
    public void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        long address = Pages.address(cpu, page) + offsetBytes;
        if (address != 0) {
            CacheMaintenance.sync(cpu, address, sizeBytes, direction);
        }
    }

    @Override
    public void forCpu(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        forDevice(cpu, page, offsetBytes, sizeBytes, direction);
    }

    @Override
    public void forDevicePage(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        CacheMaintenance.sync(cpu, Pages.address(cpu, page) + offsetBytes, sizeBytes, direction);
    }

    @Override
    public void syncSg(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction, boolean toCpu) {
        CacheMaintenance.sync(cpu, Pages.address(cpu, page), sizeBytes, direction);
    }

    @Override
    public void syncHandle(Cpu cpu, long busAddress, long offsetBytes, long sizeBytes, Direction direction,
            boolean toCpu) {
        long address = busAddress + Layout.PAGE_OFFSET + offsetBytes & Layout.ADDRESS_MASK;
        CacheMaintenance.sync(cpu, address, sizeBytes, direction);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes,
            Direction direction) {
        long address = Pages.address(cpu, domain) + busAddress;
        return address - Layout.PAGE_OFFSET & Layout.ADDRESS_MASK;
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return 0;
    }
}
