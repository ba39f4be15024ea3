package org.dmalab.shell.scenario;

import java.util.List;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.osgi.service.component.annotations.Component;

/** The commands of the explorer, which is not part of this version: each says so and what there is instead. */
@Component(service = {CommandSet.class, ExplorerCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=scenario",
    CommandProcessor.COMMAND_FUNCTION + "=explore",
    CommandProcessor.COMMAND_FUNCTION + "=replay",
    CommandProcessor.COMMAND_FUNCTION + "=debug"})
public final class ExplorerCommands implements CommandSet {
    private static final String LATER = "Comes with the explorer: ";
    private static final CommandSpec EXPLORE = CommandSpec.command("scenario", "explore",
            LATER + "searches the interleavings of a scenario exhaustively.")
            .repeated("NAME", "a scenario", true)
            .option("--patch", "PATCHES", Commands.PATCH_HELP)
            .flag("--all", Commands.ALL_HELP)
            .flag("--mutants", Commands.MUTANTS_HELP)
            .option("--budget", "DURATION", "how long to search, such as 30s")
            .option("--max-states", "N", "give up after this many states")
            .flag("--verify", "search again without reduction and compare")
            .flag("--fail-each", "let each call that may fail do so once")
            .formats(Commands.DOCUMENTS).build();
    private static final CommandSpec REPLAY = CommandSpec.command("scenario", "replay",
            LATER + "runs one explored schedule again.")
            .required("TOKEN", "the schedule, as the explorer prints it").build();
    private static final CommandSpec DEBUG = CommandSpec.command("scenario", "debug",
            LATER + "steps through one explored schedule, forwards and backwards.")
            .required("TOKEN", "the schedule, as the explorer prints it").build();

    @Override
    public List<CommandSpec> commands() {
        return specs();
    }

    static List<CommandSpec> specs() {
        return List.of(EXPLORE, REPLAY, DEBUG);
    }

    /** The command {@code scenario:explore}. */
    public Object explore(CommandSession session, String... words) {
        return later(EXPLORE, words);
    }

    /** The command {@code scenario:replay}. */
    public Object replay(CommandSession session, String... words) {
        return later(REPLAY, words);
    }

    /** The command {@code scenario:debug}. */
    public Object debug(CommandSession session, String... words) {
        return later(DEBUG, words);
    }

    private static Object later(CommandSpec spec, String... words) {
        Arguments.parse(spec, words);
        throw CommandException.usage(spec.name() + " comes with the explorer, which this version does not have yet; "
                + "scenario:placements tries every placement of the interrupts of a scenario");
    }
}
