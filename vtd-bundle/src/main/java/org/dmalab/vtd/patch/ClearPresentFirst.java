package org.dmalab.vtd.patch;

import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.VtdKernel;
import org.osgi.service.component.annotations.Component;

/**
 * The version of 2026: the present bit of a copied entry goes first and reaches memory before the flushes; the
 * rest of the entry is cleared when no cache can hold it. Of the commit the part for scalable mode was read; for legacy
 * mode, whether it writes the line back between is inferred from that and from the commit that it follows
 * (c1e4f1dccbe9).
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "clear-present-first", commit = "f532c57985b1", since = "2026",
    date = "2026-01-01", origin = Origin.MAINLINE, layout = "copied-bitmap",
    description = "copied entries lose their present bit first, are flushed with the old id, and are cleared then",
    steps = {
        "return if present and not in the bitmap of copied entries",
        "copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush context (old id, source-id), "
            + "then IOTLB (old id); clear the entry; clear the bit in the bitmap",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer",
        "scalable mode: of a copied entry flush context (source-id), then all of PASID cache and IOTLB; the PASID "
            + "table entry comes after the context entry"},
    defects = "scalable mode: an upper context table is copied to the lower one's place if the bus has none")
public class ClearPresentFirst implements VtdKernel {
    @Override
    public boolean upperTableHasSlot() {
        return false;
    }
}
