package org.dmalab.rules;

import java.util.function.Consumer;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.store.Region;

/**
 * What an oracle gets from a test that runs it without the lab.
 *
 * @param machine that it watches
 * @param oracle the oracle
 * @param violations told each of its messages
 */
public record TestWatch(Machine machine, Oracle oracle, Consumer<String> violations) implements Oracle.Watch {
    @Override
    public Region memory(String name, long cells) {
        return machine.store().sparse("oracle." + oracle.name() + "." + name, cells, Region.Kind.STATE, null);
    }

    @Override
    public void violation(String message) {
        violations.accept(message);
    }
}
