package org.dmalab.mips.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.patch.ArmL1Vipt;
import org.osgi.service.component.annotations.Component;

/** ARM's scheme that does not put back the entry it found. */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "arm-no-restore",
    origin = Origin.MUTANT, layout = "mips-kmap",
    description = "arm-l1-vipt, but the entry is not put back",
    steps = {
        "as arm-l1-vipt, but the entry is not put back"},
    defects = {
        "an interrupted operation goes on in the page of the interrupt"})
public final class ArmNoRestore extends ArmL1Vipt {
    @Override
    public void putBack(Cpu cpu, long slot, long saved) {
        // stays as it is
    }
}
