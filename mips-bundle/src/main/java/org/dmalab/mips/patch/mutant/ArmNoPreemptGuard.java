package org.dmalab.mips.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.patch.ArmL1Vipt;
import org.osgi.service.component.annotations.Component;

/**
 * ARM's scheme without preempt_disable around the slot. It needs two tasks that preempt each other: nested interrupts
 * don't show it.
 */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "arm-no-preempt-guard",
    origin = Origin.MUTANT, layout = "mips-kmap",
    description = "arm-l1-vipt, but process context can be preempted in the slot",
    steps = {
        "as arm-l1-vipt, but process context can be preempted in the slot"},
    defects = {
        "two tasks that preempt each other leave the slot in another order than they took it"})
public final class ArmNoPreemptGuard extends ArmL1Vipt {
    @Override
    public void keepProcessor(Cpu cpu) {
        // may be preempted
    }

    @Override
    public void releaseProcessor(Cpu cpu) {
        // was not kept
    }
}
