package example;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.VtdKernel;
import org.osgi.service.component.annotations.Component;

/**
 * What if one did not look for the right domain-id at all? A copied context entry is cleared, then everything that the
 * unit caches is invalidated. The other devices pay for it: their next DMA has to walk the tables again.
 *
 * <p>All other functions are those of the newest kernel.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "global-flush", since = "2026", layout = "copied-bitmap",
    description = "an example: clears a copied entry, then flushes everything",
    steps = {
        "return if present and not copied",
        "copied: clear the entry, then flush all contexts and the whole IOTLB",
        "program the entry; caching mode flush or write buffer flush"})
public final class GlobalFlush implements VtdKernel {
    @Override
    public void copied_context_tear_down(Cpu cpu, long iommu, long context, long bus, long devfn) {
        ContextEntry.clear(cpu, context);
        Flush.context(cpu, iommu, 0, 0, Scope.GLOBAL);
        Flush.iotlb(cpu, iommu, 0, 0, 0, Scope.GLOBAL);
        CopiedTables.clearInBitmap(cpu, iommu, ContextEntry.sourceId(bus, devfn));
    }
}
