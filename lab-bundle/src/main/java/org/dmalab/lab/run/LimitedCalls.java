package org.dmalab.lab.run;

import org.dmalab.api.cpu.WrongUse;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.NoVariantException;
import org.dmalab.api.service.Services;

/**
 * Services that count the calls from kernel code and refuse those beyond a limit; a call within a call is part of it.
 */
final class LimitedCalls implements Services {
    private final Binding binding;
    private final long limit;
    private final Runnable atLimit;
    private long calls;
    private int depth;
    private WrongUse wrong;

    LimitedCalls(Binding binding, long limit, Runnable atLimit) {
        this.binding = binding;
        this.limit = limit;
        this.atLimit = atLimit;
    }

    @Override
    public Binding enter() {
        if (depth == 0) {
            if (calls == limit) {
                atLimit.run();
                throw new NoVariantException("the limit of " + limit + " calls is reached");
            }
            calls++;
        }
        depth++;
        return binding;
    }

    @Override
    public void leave() {
        wrong = wrong == null && depth <= 0 ? PairedServices.notEntered() : wrong;
        if (wrong != null) {
            throw wrong;
        }
        depth--;
    }

    long calls() {
        return calls;
    }
}
