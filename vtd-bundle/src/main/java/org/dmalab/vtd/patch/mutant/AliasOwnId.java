package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.Devices;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that flushes an alias with the source-id of the device.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "alias-own-id", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first that flushes an alias with the source-id of the device",
    steps = {
        "return if present and not in the bitmap of copied entries",
        "copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush context (old id, the device's "
            + "own source-id), then IOTLB (old id); clear the entry; clear the bit in the bitmap",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = "the cached entry of the alias stays, as before c54e4ae971b9")
public final class AliasOwnId extends ClearPresentFirst {
    @Override
    public void copied_context_tear_down(Cpu cpu, long iommu, long context, long bus, long devfn) {
        long alias = ContextEntry.sourceId(bus, devfn);
        long own = cpu.load(Devices.withSourceId(cpu, iommu, alias), Device.SOURCE_ID);
        super.copied_context_tear_down(cpu, iommu, context, own >>> 8, own & 0xff);
        CopiedTables.clearInBitmap(cpu, iommu, alias);
    }
}
