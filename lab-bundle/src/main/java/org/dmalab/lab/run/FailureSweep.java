package org.dmalab.lab.run;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.Failure;
import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Hook;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.EventKind;

/**
 * Counts the calls of one execution that can fail, from the end of the first step on (as a rule the kernel's boot), and
 * lets one of them fail. A call that can fail in several ways counts once for each.
 */
final class FailureSweep {
    private static final int MAX_POINTS = 100_000;

    private final List<Failure> failures = new ArrayList<>();
    private final int failing;
    private final List<FailurePoint> points = new ArrayList<>();
    private int count;

    /**
     * Prepares one execution.
     *
     * @param architecture the ways to fail that the architecture knows
     * @param failing number of the point that fails, from 1; 0 for none, then they are listed
     */
    FailureSweep(List<Failure> architecture, int failing) {
        failures.addAll(architecture);
        failures.add(new NoMemory());
        this.failing = failing;
    }

    /** What can fail, in the order of the execution. */
    List<FailurePoint> points() {
        return points;
    }

    /** Number of points that were met. */
    int count() {
        return count;
    }

    /** Tells whether the point that is to fail was met. */
    boolean failed() {
        return failing > 0 && count >= failing;
    }

    /** Puts itself into the path of every call. */
    Hook hook(Machine machine, Hook observing) {
        return (cpu, kind, a, b, c, d, e) -> {
            for (Failure failure : count < MAX_POINTS ? failures : List.<Failure>of()) {
                if (failure.fits(machine, kind, a)) {
                    count++;
                    if (failing == 0) {
                        points.add(new FailurePoint(count, failure.name(), Caller.line()));
                    } else if (count == failing) {
                        long result = failure.fail(machine, a);
                        machine.emitter().emit(EventKind.REMARK, cpu.actor(), Text.id(failure.name()
                                + ", on purpose"), 0, 0, 0);
                        if (result >= 0) { // a return code that is an error is not one that the kernel has earned
                            machine.emitter().call(kind, cpu.actor(), a, b, c, d, e, result);
                        }
                        return result;
                    }
                }
            }
            return observing.call(cpu, kind, a, b, c, d, e);
        };
    }

    private record NoMemory() implements Failure {
        @Override
        public String name() {
            return "no memory";
        }

        @Override
        public boolean fits(Machine machine, int kind, long a) {
            return kind == Op.ALLOC;
        }

        @Override
        public long fail(Machine machine, long a) {
            return 0;
        }
    }
}
