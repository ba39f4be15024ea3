package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.kernel.Pages;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that puts a new page table in by a read and a write, not by one compare and exchange.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=table-not-exchanged",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach and unmap as clear-present-first",
    Variant.STEPS + "=map: at each level, if the entry is not present, allocate a table and write its address; then as "
        + "clear-present-first",
    Variant.DEFECTS + "=two processors that need the same table both make one, and what was mapped in the first is lost",
    "service.description=clear-present-first whose tables are put in by a read and a write"
})
public final class TableNotExchanged implements Iommu, CopiedBitmap {
    private static final long PRESENT = 3;
    private static final long SUPERPAGE = 1 << 7;
    private static final long PAGE_MASK = ~0xfffL;
    private static final long PAGES_OF_TABLE = 512;

    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return new ClearPresentFirst().attach(cpu, device, domain);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        long first = busAddress >>> 12;
        long count = Mappings.pages(physicalAddress, sizeBytes);
        for (long pfn = first; pfn < first + count && count < PAGES_OF_TABLE; pfn = (pfn | PAGES_OF_TABLE - 1) + 1) {
            makeTables(cpu, domain, pfn);
        }
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }

    /** Without memory for a table it stops; what comes then finds that out. */
    private static void makeTables(Cpu cpu, long domain, long pfn) {
        long iommu = cpu.load(domain, DmarDomain.IOMMU);
        long table = cpu.load(domain, DmarDomain.PGD);
        for (long level = cpu.load(domain, DmarDomain.AGAW) + 2; level > 1; level--) {
            long pte = table + (pfn >>> 9 * (level - 1) & PAGES_OF_TABLE - 1) * 8;
            long value = cpu.read(pte, 8, Endian.LITTLE);
            long page = (value & PRESENT) == 0 ? Pages.alloc(cpu) : 0;
            if (page != 0) {
                Hw.flushCache(cpu, iommu, page, Pages.BYTES);
                value = Pages.physical(page) | PRESENT;
                cpu.write(pte, 8, Endian.LITTLE, value);
                Hw.flushCache(cpu, iommu, pte, 8);
            }
            if ((value & PRESENT) == 0 || (value & SUPERPAGE) != 0) {
                return;
            }
            table = Pages.linear(value & PAGE_MASK);
        }
    }
}
