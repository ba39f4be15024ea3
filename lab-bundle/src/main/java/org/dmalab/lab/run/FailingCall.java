package org.dmalab.lab.run;

import java.util.List;
import java.util.stream.Stream;

import org.dmalab.api.Failure;
import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Hook;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.EventKind;

/**
 * Counts the calls of one execution that can fail and lets one of them fail. A call that can fail in several ways
 * counts once for each.
 */
final class FailingCall implements Intervention {
    private final List<Failure> failures;
    private final int failing;
    private int count;
    private boolean fallible = true;

    /**
     * Prepares one execution.
     *
     * @param failures the ways to fail, as {@link #ways} has them
     * @param failing number of the point that fails, from 1; 0 for none
     * @param before number of points that lie before what it will see
     */
    FailingCall(List<Failure> failures, int failing, int before) {
        this.failures = failures;
        this.failing = failing;
        this.count = before;
    }

    /** What the architecture knows, and every allocation of a kernel object. */
    static List<Failure> ways(List<Failure> architecture) {
        return Stream.concat(architecture.stream(), Stream.of(new NoMemory())).toList();
    }

    /** Number of points that were met. */
    int count() {
        return count;
    }

    @Override
    public boolean failed() {
        return failing > 0 && count >= failing;
    }

    @Override
    public void begins(int turn, boolean pure, boolean newFallible, List<String> refusals) {
        fallible = newFallible;
    }

    @Override
    public Hook hook(Machine machine, Hook observing) {
        return (cpu, kind, a, b, c, d, e) -> {
            for (Failure failure : failed() || !fallible ? List.<Failure>of() : failures) {
                if (failure.fits(machine, kind, a) && ++count == failing) {
                    long result = failure.fail(machine, a);
                    machine.emitter().emit(EventKind.REMARK, cpu.actor(), Text.id(failure.name() + ", on purpose"), 0,
                            0, 0);
                    if (result >= 0) { // a return code that is an error is not one that the kernel has earned
                        machine.emitter().call(kind, cpu.actor(), a, b, c, d, e, result);
                    }
                    return result;
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
