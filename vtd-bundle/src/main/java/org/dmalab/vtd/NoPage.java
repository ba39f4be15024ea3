package org.dmalab.vtd;

import org.dmalab.api.Failure;
import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Op;
import org.dmalab.vtd.kernel.KernelLayout;

/**
 * Where the page allocator looks for a page there is none. Where a page is given back it changes nothing that counts.
 */
record NoPage() implements Failure {
    @Override
    public String name() {
        return "no page";
    }

    @Override
    public boolean fits(Machine machine, int kind, long a) {
        return kind == Op.LOAD && a == KernelLayout.PAGE_HINT.address();
    }

    @Override
    public long fail(Machine machine, long a) {
        return KernelLayout.PAGE_TAKEN.count();
    }
}
