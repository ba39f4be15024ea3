package org.dmalab.mips.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.kernel.KmapAtomic;
import org.dmalab.mips.patch.ArmL1Vipt;
import org.osgi.service.component.annotations.Component;

/** ARM's scheme that puts the entry back but leaves the translation of the interrupt in the TLB. */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "arm-no-tlb-flush",
    origin = Origin.MUTANT, layout = "mips-kmap",
    description = "arm-l1-vipt, but the TLB is not flushed when the entry is put back",
    steps = {
        "as arm-l1-vipt, but the TLB is not flushed when the entry is put back"},
    defects = {
        "an interrupted operation goes on through the translation that the interrupt left"})
public final class ArmNoTlbFlush extends ArmL1Vipt {
    @Override
    public void putBack(Cpu cpu, long slot, long saved) {
        cpu.store(KmapAtomic.entry(slot), 4, saved);
    }
}
