package org.dmalab.shell.machine;

import java.util.List;

import org.apache.felix.service.command.CommandSession;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandFunction;
import org.dmalab.shell.command.CommandSpec;

/** What is left of an action's command when its bundle is stopped: it tells how to bring it back. */
final class StoppedActionCommand implements CommandFunction {
    private final String bundle;
    private final CommandSpec spec;

    StoppedActionCommand(String action, String bundle) {
        this.bundle = bundle;
        int dot = action.indexOf('.');
        this.spec = CommandSpec.command(action.substring(0, dot), action.substring(dot + 1),
                "(not now: bundle " + bundle + " is stopped)").build();
    }

    @Override
    public List<CommandSpec> commands() {
        return List.of(spec);
    }

    @Override
    public Object execute(CommandSession session, List<Object> words) {
        throw CommandException.usage(spec.name() + " comes with bundle " + bundle + ", which is stopped or removed;"
                + " bundle:start " + bundle + " brings it back");
    }
}
