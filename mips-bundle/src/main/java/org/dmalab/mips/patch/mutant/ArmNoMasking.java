package org.dmalab.mips.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.patch.ArmL1Vipt;
import org.osgi.service.component.annotations.Component;

/**
 * ARM's scheme without interrupts off around depth and entry. Interrupts that maintain other pages undo their changes
 * before the interrupted code goes on; one that maintains the same page finds its entry set and skips the TLB flush.
 */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "arm-no-masking",
    origin = Origin.MUTANT, layout = "mips-kmap",
    description = "arm-l1-vipt, but interrupts stay on while the slot changes hands",
    steps = {
        "as arm-l1-vipt, but interrupts stay on while the slot changes hands",
        "holds in every placement of nested interrupts that maintain other pages"},
    defects = {
        "an interrupt on the same page between entry and TLB flush works on the page before"})
public final class ArmNoMasking extends ArmL1Vipt {
    @Override
    public long mask(Cpu cpu) {
        return 0;
    }

    @Override
    public void unmask(Cpu cpu, long flags) {
        // nothing was masked
    }
}
