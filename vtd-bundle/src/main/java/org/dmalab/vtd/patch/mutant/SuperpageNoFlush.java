package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that frees the tables under a new superpage without a flush.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "superpage-no-flush", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first that frees the tables under a new superpage without a flush",
    steps = {
        "attach and unmap as clear-present-first",
        "map: free tables of small pages in the way of a superpage; set the table entries"},
    defects = "the unit goes on with a cached pointer to the freed table, as before 38c527aeb419")
public final class SuperpageNoFlush extends ClearPresentFirst {
    @Override
    public void switch_to_super_page(Cpu cpu, long domain, long iovPfn, long physPfn, long pages) {
        Mappings.makeRoom(cpu, domain, iovPfn, physPfn, pages);
    }
}
