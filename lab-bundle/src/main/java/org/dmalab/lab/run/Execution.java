package org.dmalab.lab.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Hook;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Store;
import org.dmalab.lab.InputException;
import org.dmalab.lab.engine.ActionEnd;
import org.dmalab.lab.engine.Engine;
import org.dmalab.lab.engine.Interrupts;
import org.dmalab.lab.engine.Steps;
import org.dmalab.lab.guard.EndlessLoop;
import org.dmalab.lab.guard.Loops;
import org.dmalab.lab.oracle.OracleSet;
import org.dmalab.lab.scenario.ActionValues;
import org.dmalab.lab.scenario.Scenario;

/** One execution of a scenario's steps on one machine. */
final class Execution implements EventSink {
    private static final int INTERRUPT_CHECK_MASK = 0xff;

    private final Machine machine;
    private final List<Action> actions;
    private final RunLimits limits;
    private final EventStream stream;
    private final Observers observers;
    private final Engine engine;
    private long events;
    private Abort abort;
    private RuntimeException thrownInside;
    private String broken;
    private EndlessLoop endless;
    private boolean stopped;
    private Intervention intervention;
    /** The action of the first step, as a rule the kernel's boot. */
    private String boot;

    /**
     * Who watches the first execution; the second one only repeats it.
     *
     * @param metrics counts; null for nobody
     * @param recorder words; null for nobody
     * @param oracles violations
     */
    record Observers(Metrics metrics, TimelineRecorder recorder, OracleSet oracles) {
        private void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            if (metrics != null) {
                metrics.event(kind, actor, a, b, c, d, e, result);
            }
            if (recorder != null) {
                recorder.event(kind, actor, a, b, c, d, e, result);
            }
            int before = oracles.reported();
            oracles.event(kind, actor, a, b, c, d, e, result);
            if (oracles.reported() != before) {
                pin();
            }
        }

        private void pin() {
            if (recorder != null) {
                recorder.pin();
            }
        }
    }

    /**
     * One step of a plain run.
     *
     * @param step what is done
     * @param processor where it runs
     * @param level at which level
     * @param first whether an interrupt arrives with it
     * @param last whether that returns after it
     */
    private record Turn(Scenario.Step step, int processor, Level level, boolean first, boolean last) {
        /** The steps in the order of a plain run: strands come one after the other. */
        static List<Turn> of(Scenario scenario) {
            List<Turn> turns = new ArrayList<>();
            scenario.steps().forEach(step -> turns.add(inProcess(step)));
            for (Scenario.Strand strand : Steps.inOrder(scenario)) {
                boolean interrupt = !strand.device() && strand.level() != Level.USER;
                int steps = strand.steps().size();
                for (int i = 0; i < strand.times() * steps; i++) {
                    turns.add(new Turn(strand.steps().get(i % steps), strand.processor(), strand.level(),
                            interrupt && i % steps == 0, interrupt && (i + 1) % steps == 0));
                }
            }
            scenario.after().forEach(step -> turns.add(inProcess(step)));
            return turns;
        }

        private static Turn inProcess(Scenario.Step step) {
            return new Turn(step, 0, Level.USER, false, false);
        }
    }

    Execution(Machine machine, List<Action> actions, RunLimits limits, EventStream stream, Observers observers) {
        this.machine = machine;
        this.actions = actions;
        this.engine = new Engine(machine, this::objects);
        this.limits = limits;
        this.stream = stream;
        this.observers = observers;
    }

    @Override
    public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        if (abort != null) {
            throw abort;
        }
        events++;
        if ((events & INTERRUPT_CHECK_MASK) == 0) {
            checkInterrupt();
        }
        if (events > limits.maxEvents()) {
            abort = new Abort("more than " + limits.maxEvents() + " events in one run (limit maxEvents), last at "
                    + Caller.place(), false);
            throw abort;
        }
        stream.event(kind, actor, a, b, c, d, e, result);
        if (observers != null) {
            observers.event(kind, actor, a, b, c, d, e, result);
        }
    }

    private void checkInterrupt() {
        if (Thread.interrupted()) {
            abort = new Abort("interrupted", true);
            throw abort;
        }
    }

    /** Runs the scenario to its end, or as far as it goes; from its second step on with an intervention if not null. */
    void run(Scenario scenario, long seed, Intervention newIntervention) {
        run(scenario, seed, newIntervention, 0, false);
    }

    /** Goes on where a fork begins, with what was declined before it. */
    void resume(Scenario scenario, Forks.Start start, Intervention newIntervention) {
        engine.resume(start.refusals());
        run(scenario, 0, newIntervention, start.turn(), start.inside());
    }

    private void run(Scenario scenario, long seed, Intervention newIntervention, int first, boolean inside) {
        intervention = newIntervention;
        Loops.begin(() -> events);
        machine.observe(this);
        machine.hook(remembering(machine.hook()));
        if (seed != 0) {
            machine.hook(choosing(machine.hook(), seed));
        }
        try {
            List<Turn> turns = Turn.of(scenario);
            boot = turns.isEmpty() ? "" : turns.get(0).step().action();
            for (int i = first; i < turns.size() && !stopped; i++) {
                if (i == Math.max(1, first)) {
                    intervene();
                }
                boolean begun = inside && i == first;
                if (!begun && turns.get(i).first() && machine.processors().irqsOff(turns.get(i).processor())) {
                    while (!turns.get(i).last()) {
                        i++; // it is not let in
                    }
                } else {
                    turn(turns.get(i), i, begun);
                }
            }
            end();
        } catch (InputException e) {
            throw e;
        } catch (OutOfMemoryError e) {
            throw new OutOfMemory(Thrown.describe(e, machine.services()));
        } catch (Throwable e) {
            broken = Thrown.describe(e, machine.services());
            endIfInterrupted(e);
        } finally {
            machine.observe(null);
            endless = Loops.over();
            Loops.begin();
        }
        if (abort != null) {
            broken = abort.getMessage();
        } else if (broken == null && endless != null) {
            broken = Thrown.describe(endless, machine.services()) + ", swallowed";
        } else if (broken == null && thrownInside != null) {
            broken = Thrown.describe(thrownInside, machine.services()) + ", swallowed by the code that called it";
        }
    }

    /** What a call on a Cpu throws is remembered, for code that catches it has not got what the call was for. */
    private Hook remembering(Hook observing) {
        return (cpu, kind, a, b, c, d, e) -> {
            try {
                return observing.call(cpu, kind, a, b, c, d, e);
            } catch (RuntimeException thrown) {
                thrownInside = thrownInside == null ? thrown : thrownInside;
                throw thrown;
            }
        };
    }

    private void end() {
        if (observers != null) {
            observers.oracles().end();
        }
    }

    private Hook choosing(Hook observing, long seed) {
        return (cpu, kind, a, b, c, d, e) -> kind == Op.CHOOSE ? choose(cpu, a, seed)
                : observing.call(cpu, kind, a, b, c, d, e);
    }

    private long choose(LiveCpu cpu, long alternatives, long seed) {
        cpu.execute(Op.CHOOSE, alternatives, 0, 0, 0, 0);
        long chosen = Long.remainderUnsigned(Store.mix(seed, events), Math.max(1, alternatives));
        machine.emitter().call(Op.CHOOSE, cpu.actor(), alternatives, 0, 0, 0, 0, chosen);
        return chosen;
    }

    private void turn(Turn turn, int number, boolean begun) {
        checkInterrupt();
        Action action = Steps.action(actions, turn.step());
        if (intervention != null && number > 0) {
            intervention.begins(number, action.concurrent(), !action.name().equals(boot), engine.declined());
        }
        if (turn.first() && !begun) {
            Interrupts.enter(machine.processors(), turn.processor(), turn.level());
        }
        LiveCpu cpu = machine.cpu(turn.processor(), turn.level());
        step(action, ActionValues.parse(action, turn.step().values()), cpu, begun);
        if (turn.last() && !stopped) {
            Interrupts.leave(machine.processors(), turn.processor(), turn.level());
        }
    }

    private void step(Action action, Values values, LiveCpu cpu, boolean begun) {
        boolean failedBefore = failed();
        LongSupplier work = () -> action.run(machine, cpu, values);
        ActionEnd end = begun ? engine.goOn(cpu.actor(), action.name(), work)
                : engine.take(cpu.actor(), action.name(), work);
        if (end.ends()) {
            comeToItsEnd(end.thrown());
        }
        // what follows rests on what was declined
        stopped = end.ends() || (end.kind() == ActionEnd.Kind.DECLINED && failed() && !failedBefore);
    }

    /** What ends a step has not been swallowed; what was thrown before it has. */
    private void comeToItsEnd(RuntimeException thrown) {
        thrownInside = thrownInside == thrown ? null : thrownInside;
    }

    private boolean failed() {
        return intervention != null && intervention.failed();
    }

    private void intervene() {
        if (intervention != null) {
            machine.hook(intervention.hook(machine, machine.hook()));
        }
    }

    private void objects(String oracle, String message) {
        if (observers != null) {
            observers.oracles().violationUnlessReported(oracle, message);
            observers.pin();
        }
    }

    /** An interrupt ends a loop without calls, too. */
    private void endIfInterrupted(Throwable thrown) {
        if (thrown instanceof EndlessLoop && Thread.interrupted()) {
            abort = new Abort("interrupted", true);
        }
    }

    /** Why it is broken; null if it is not. */
    String broken() {
        return broken;
    }

    boolean interrupted() {
        return abort != null && abort.interrupted();
    }

    /** What was declined, in the order of the steps. */
    List<String> refusals() {
        return engine.declined();
    }

    EventStream stream() {
        return stream;
    }
}
