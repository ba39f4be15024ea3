package org.dmalab.lab.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;
import org.dmalab.lab.scenario.Scenario;

/** What the steps of a scenario mean. */
public final class Steps {
    private Steps() { }

    /**
     * The action that a step names.
     *
     * @throws InputException if it is not known
     */
    public static Action action(List<Action> actions, Scenario.Step step) {
        return actions.stream().filter(one -> one.name().equals(step.action())).findFirst()
                .orElseThrow(() -> new InputException(Names.unknown("action", step.action(),
                        actions.stream().map(Action::name).toList())));
    }

    /** The strands of a scenario in the order in which a plain run executes them, one after the other. */
    public static List<Scenario.Strand> inOrder(Scenario scenario) {
        List<Scenario.Strand> strands = new ArrayList<>(scenario.concurrent());
        strands.sort(Comparator.comparing(Scenario.Strand::device).thenComparing(Scenario.Strand::level));
        return strands;
    }
}
