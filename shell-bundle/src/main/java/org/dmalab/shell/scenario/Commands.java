package org.dmalab.shell.scenario;

import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.InputException;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Output;
import org.dmalab.shell.command.Terminals;

/** What every command of this package does: read its words, turn wrong input into exit code 2, write its result. */
final class Commands {
    static final String[] DOCUMENTS = {"text", "json", "junit", "ktap"};
    static final String PATCH_HELP = "these patches: ID,ID (with * for any characters), or one combination"
            + " SERVICE=ID,SERVICE=ID";
    static final String ALL_HELP = "every mainline and proposed patch of the scenario's architecture";
    static final String MUTANTS_HELP = "the mutants too";
    static final String JOBS_HELP = "how many cells are run at once; default: one on each core; the output does not"
            + " depend on it";
    static final String PROFILE_HELP = "how the hardware behaves, in place of the scenario's";

    private static final int MOST_JOBS = 256;

    private Commands() { }

    /** The body of a command. */
    interface Body {
        Object run(Arguments args);
    }

    /** Runs a command: exit code 2 for wrong words, wrong names, wrong files. */
    static Object run(CommandSpec spec, String[] words, CommandSession session, Body body) {
        Arguments args = Arguments.parse(spec, words);
        try {
            Output.check(args);
            return body.run(args);
        } catch (InputException e) {
            throw new CommandException(CommandException.USAGE, e.getMessage(), e);
        }
    }

    /** Writes a result, with colours where they are seen. */
    static void write(CommandSession session, Arguments args, String text) {
        try (Output output = Output.open(session, args)) {
            if (Terminals.colours(args, output)) {
                output.colour(text);
            } else {
                output.stream().print(text);
            }
        }
    }

    /** What {@code --jobs} says: how many cells at once, by default one on each core. */
    static int jobs(Arguments args) {
        return (int) args.number("--jobs", Runtime.getRuntime().availableProcessors(), 1, MOST_JOBS);
    }

    /** What {@code --format} says. */
    static String format(Arguments args) {
        return args.option("--format", "text");
    }

    /** Says something beside the result, on standard error. */
    static void remark(String line) {
        System.err.println(line);
    }
}
