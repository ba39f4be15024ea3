package org.dmalab.lab.run;

import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Hook;

/** Gives a step's code the results that it has had before, without their effects; what comes after is another's. */
final class FedCalls implements Intervention {
    private final Forks.Start start;
    private final Intervention then;
    private int next;

    FedCalls(Forks.Start start, Intervention then) {
        this.start = start;
        this.then = then;
    }

    @Override
    public void begins(int turn, boolean pure, boolean fallible, List<String> refusals) {
        then.begins(turn, pure, fallible, refusals);
    }

    @Override
    public boolean failed() {
        return then.failed();
    }

    @Override
    public Hook hook(Machine machine, Hook observing) {
        Hook live = then.hook(machine, observing);
        return (cpu, kind, a, b, c, d, e) -> {
            if (next == start.fed()) {
                return live.call(cpu, kind, a, b, c, d, e);
            }
            if (!start.calls().same(next, kind, a, b, c, d, e)) {
                throw new IllegalStateException("another call after the same results");
            }
            return start.calls().result(next++);
        };
    }
}
