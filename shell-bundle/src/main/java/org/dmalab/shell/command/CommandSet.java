package org.dmalab.shell.command;

import java.util.List;

/**
 * A service with commands. The component carries the service properties {@code osgi.command.scope} and
 * {@code osgi.command.function}, and for each of its functions it has a public method
 * {@code Object function(CommandSession session, String... args) throws Exception}. A component with one command whose
 * name is known only at run time is a {@link CommandFunction} instead.
 */
public interface CommandSet {

    /** The descriptions of the commands of this service. */
    List<CommandSpec> commands();
}
