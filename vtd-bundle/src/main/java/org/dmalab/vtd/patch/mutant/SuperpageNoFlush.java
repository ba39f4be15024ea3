package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that frees the tables under a new superpage without a flush.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=superpage-no-flush",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach and unmap as clear-present-first",
    Variant.STEPS + "=map: free tables of small pages in the way of a superpage; set the table entries",
    Variant.DEFECTS + "=the unit goes on with a cached pointer to the freed table, as before 38c527aeb419",
    "service.description=clear-present-first that frees the tables under a new superpage without a flush"
})
public final class SuperpageNoFlush implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return new ClearPresentFirst().attach(cpu, device, domain);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        Mappings.makeRoom(cpu, domain, busAddress, physicalAddress, sizeBytes);
        long result = Mappings.enter(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
        if (result >= 0) {
            Mappings.makeSeen(cpu, domain, busAddress, Mappings.pages(physicalAddress, sizeBytes));
        }
        return result;
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }
}
