package org.dmalab.vtd.patch;

import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.osgi.service.component.annotations.Component;

/**
 * 6.1 as it came out: copied-bitmap before 194b3348bdbb, which writes PASID directories and new PASID tables back to
 * memory for units that do not snoop the processors' caches.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "pasid-directory-kept", since = "6.1, before 194b3348bdbb",
    date = "2022-12-11", origin = Origin.MAINLINE, layout = "copied-bitmap",
    description = "copied-bitmap, before PASID directories were written back to memory",
    steps = {
        "attach, map and unmap in legacy mode as copied-bitmap",
        "scalable mode: the PASID directory, a new PASID table and its entry in the directory are written, and stay in "
            + "the processor's cache; the entry of the table is written back"},
    defects = {
        "scalable mode: with ECAP.C=0 the unit reads the directory entry as not present (fault reason 0x51)",
        "flushes before it clears: a DMA between the two caches the old context again, and nothing flushes it"})
public final class PasidDirectoryKept extends CopiedBitmapFlush {
    @Override
    public boolean writesPasidTablesBack() {
        return false;
    }
}
