package org.dmalab.mips.patch;

import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.kernel.MipsKernel;
import org.osgi.service.component.annotations.Component;

/** As merged: every context takes the next slot of its processor's stack; interrupts stay on. */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "stack-kmap", commit = "e36863a550da", since = "proposed 2010-10-13, merged 2011",
    date = "2011-05-19",
    origin = Origin.MAINLINE, layout = "mips-kmap",
    description = "As merged (v4): kmap_atomic from a stack of slots, interrupts stay on",
    steps = {
        "low page: operate on the linear address of the rest of the range, in one go",
        "high page: va = kmap_atomic(page), the next slot of this processor's stack",
        "operate on va to the end of the page or range, interrupts on",
        "kunmap_atomic; next page"})
public final class StackKmap implements MipsKernel { }
