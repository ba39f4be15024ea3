package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.kernel.Pages;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that puts a new page table in by a read and a write, not by one compare and exchange.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "table-not-exchanged", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose tables are put in by a read and a write",
    steps = {
        "attach and unmap as clear-present-first",
        "map: at each level, if the entry is not present, allocate a table and write its address; then as "
            + "clear-present-first"},
    defects = "two processors that need the same table both make one, and what was mapped in the first is lost")
public final class TableNotExchanged extends ClearPresentFirst {
    private static final long PRESENT = Mappings.READ | Mappings.WRITE;
    private static final long SUPERPAGE = 1 << 7;
    private static final long PAGE_MASK = -Pages.BYTES;
    private static final long PAGES_OF_TABLE = 512;

    @Override
    public long __domain_mapping(Cpu cpu, long domain, long iovPfn, long physPfn, long pages, long prot) {
        for (long pfn = iovPfn; pfn < iovPfn + pages && pages < PAGES_OF_TABLE; pfn = (pfn | (PAGES_OF_TABLE - 1))
                + 1) {
            makeTables(cpu, domain, pfn);
        }
        return super.__domain_mapping(cpu, domain, iovPfn, physPfn, pages, prot);
    }

    /** Without memory for a table it stops; what comes then finds that out. */
    private static void makeTables(Cpu cpu, long domain, long pfn) {
        long iommu = cpu.load(domain, DmarDomain.IOMMU);
        long table = cpu.load(domain, DmarDomain.PGD);
        for (long level = cpu.load(domain, DmarDomain.AGAW) + 2; level > 1; level--) {
            long pte = table + ((pfn >>> (9 * (level - 1))) & (PAGES_OF_TABLE - 1)) * 8;
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
