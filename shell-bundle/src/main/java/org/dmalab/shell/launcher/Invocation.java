package org.dmalab.shell.launcher;

import java.util.Arrays;
import java.util.List;
import org.dmalab.shell.command.CommandException;

/**
 * What the process was asked to do.
 *
 * @param form which of the forms of the command line
 * @param text the commands of {@code -c} or the name of the script
 * @param words the command and its arguments, as they are
 * @param debug whether errors come with stack traces
 */
record Invocation(Form form, String text, List<String> words, boolean debug) {

    /** The forms of the command line. */
    enum Form { INTERACTIVE, COMMANDS, SCRIPT, ONE_COMMAND, HELP, VERSION }

    static final String HELP = """
        usage: dmalab [--debug]                      interactive shell
               dmalab [--debug] -c 'COMMAND; ...'    run commands, stop at the first that fails
               dmalab [--debug] COMMAND [ARG...]     run one command, arguments taken literally; --debug may follow
               dmalab [--debug] FILE.gogo            run a script
               dmalab --help | --version
        Exit codes: 0 all well, 1 a verdict was fail or a check found a difference, 2 usage or input error,
        3 no verdict (broken, or a search that hit a bound), 130 interrupted by Ctrl-C.
        """;

    static Invocation parse(String... args) {
        int at = 0;
        boolean debug = false;
        while (at < args.length && args[at].equals("--debug")) {
            debug = true;
            at++;
        }
        List<String> rest = Arrays.asList(args).subList(at, args.length);
        if (rest.isEmpty()) {
            return new Invocation(Form.INTERACTIVE, "", List.of(), debug);
        }
        String first = rest.get(0);
        if (first.equals("--help") || first.equals("-h")) {
            return new Invocation(Form.HELP, "", List.of(), debug);
        }
        if (first.equals("--version")) {
            return new Invocation(Form.VERSION, "", List.of(), debug);
        }
        if (first.equals("-c")) {
            if (rest.size() != 2) {
                throw CommandException.usage("-c takes one argument, the commands in quotes");
            }
            return new Invocation(Form.COMMANDS, rest.get(1), List.of(), debug);
        }
        if (first.startsWith("-")) {
            throw CommandException.usage("unknown option " + first + "; see --help");
        }
        if (first.endsWith(".gogo")) {
            if (rest.size() != 1) {
                throw CommandException.usage("a script takes no arguments: " + rest.get(1));
            }
            return new Invocation(Form.SCRIPT, first, List.of(), debug);
        }
        List<String> words = rest.stream().filter(word -> !word.equals("--debug")).toList();
        return new Invocation(Form.ONE_COMMAND, "", words, debug || words.size() < rest.size());
    }
}
