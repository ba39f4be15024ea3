package org.dmalab.lab.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.EventKind;
import org.dmalab.lab.InputException;

/**
 * The actions of one execution on one machine: announces each, reports what it has violated by its end, and knows what
 * was declined so far.
 */
public final class Engine {
    private final Machine machine;
    private final BiConsumer<String, String> objections;
    private final List<String> declined = new ArrayList<>();

    /**
     * Begins an execution in which nothing was declined so far.
     *
     * @param machine whose events announce the actions
     * @param objections told by which oracle, and with which words, the end of an action is objected to; that may
     *     have been seen in an event already
     */
    public Engine(Machine machine, BiConsumer<String, String> objections) {
        this.machine = machine;
        this.objections = objections;
    }

    /**
     * Takes an action: announces it, runs it and judges what it has come to.
     *
     * @param actor who runs it, see {@link org.dmalab.api.event.Actor}
     * @throws InputException if another action has to come first, and was not declined
     */
    public ActionEnd take(int actor, String action, LongSupplier work) {
        begins(actor, action);
        return goOn(actor, action, work);
    }

    /** Takes the rest of an action that has begun: it is announced already. */
    public ActionEnd goOn(int actor, String action, LongSupplier work) {
        ActionEnd end = ActionEnd.of(action, work);
        ended(actor, end);
        return end;
    }

    /** Announces an action. */
    public void begins(int actor, String action) {
        machine.emitter().emit(EventKind.ACTION, actor, Text.id(action), 0, 0, 0);
    }

    /**
     * Judges what an action has come to, and announces that it has ended.
     *
     * @throws InputException if another action has to come first, and was not declined
     */
    public void ended(int actor, ActionEnd end) {
        judge(end);
        if (!end.ends()) {
            machine.emitter().emit(EventKind.ACTION_END, actor, Text.id(end.action()), end.result(), 0, 0);
        }
    }

    /**
     * Judges what an action has come to, and announces nothing. What has to come first may have been declined; else it
     * is a mistake of whoever wrote the scenario.
     *
     * @throws InputException in that case
     */
    public void judge(ActionEnd end) {
        switch (end.kind()) {
            case DONE -> { }
            case DECLINED -> declined.add(end.declined());
            case NOT_READY -> {
                if (declined.isEmpty()) {
                    throw new InputException(end.declined());
                }
                declined.add(end.declined());
            }
            case BUG, BLOCKED -> objections.accept(end.oracle(), end.objection());
            case NO_VARIANT -> throw end.thrown();
        }
    }

    /** What was declined so far, in the order of the actions. */
    public List<String> declined() {
        return List.copyOf(declined);
    }

    /** How much was declined so far. */
    public int declinedCount() {
        return declined.size();
    }

    /** The execution is taken back to where no more than this was declined. */
    public void takeBack(int declinedBefore) {
        while (declined.size() > declinedBefore) {
            declined.remove(declined.size() - 1);
        }
    }

    /** The execution goes on where this much was declined. */
    public void resume(List<String> declinedBefore) {
        declined.clear();
        declined.addAll(declinedBefore);
    }
}
