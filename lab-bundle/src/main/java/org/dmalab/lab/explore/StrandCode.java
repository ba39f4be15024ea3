package org.dmalab.lab.explore;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.lab.engine.ActionEnd;

/**
 * The steps of a strand as kernel code: a pure function of what the Cpu returns, as each of its actions is.
 *
 * @param machine for the handles that actions use
 * @param actions the steps
 * @param values of each step
 */
record StrandCode(Machine machine, List<Action> actions, List<Values> values) implements Code {
    private static final Announcer NOBODY = new Announcer() {
        @Override
        public void begins(String action) { }

        @Override
        public void ended(ActionEnd end) { }
    };

    @Override
    public long run(Cpu cpu) {
        return run(cpu, NOBODY);
    }

    /** Runs the steps and says in which of them the code is. */
    private long run(Cpu cpu, Announcer announcer) {
        for (int i = 0; i < actions.size(); i++) {
            Action action = actions.get(i);
            Values own = values.get(i);
            announcer.begins(action.name());
            ActionEnd end = ActionEnd.of(action.name(), () -> action.run(machine, cpu, own));
            announcer.ended(end);
            if (end.ends()) {
                throw end.thrown();
            }
        }
        return 0;
    }

    /** Runs code; that of a strand says in which of its actions it is. */
    static long run(Code code, Cpu cpu, Announcer announcer) {
        return code instanceof StrandCode strand ? strand.run(cpu, announcer) : code.run(cpu);
    }
}
