package org.dmalab.shell.command;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

import org.apache.felix.service.command.Process;
/**
 * What goes to a terminal. The script {@code dmalab} knows and says so in a system property; Java can only tell about
 * input and output together.
 */
public final class Terminals {
    /** System property: {@code out}, {@code err} or both with a comma. */
    public static final String PROPERTY = "dmalab.terminal";
    private static final Pattern VERDICT = Pattern.compile(
            "(?m)(?<=  |: |\\()(pass|fail|refused|undecided|broken)(?=\\)|  |: |$)");
    private static final int STANDARD_OUTPUT = 1;

    private Terminals() { }

    /** Whether standard error is read by a person. */
    public static boolean error() {
        return is("err");
    }

    /** Standard error for a person, with the escape sequences that move its cursor. */
    public static PrintStream errorTerminal() {
        return new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    }

    /** Whether the result of a command may be coloured: text, on a terminal, not into a file or pipe. */
    public static boolean colours(Arguments args, Output output) {
        return output.text() && !args.has("--output") && colours();
    }

    /** Whether standard output may be coloured. */
    public static boolean colours() {
        String refused = System.getenv("NO_COLOR");
        Process process = Process.Utils.current();
        return (refused == null || refused.isEmpty()) && is("out")
                && (process == null || process.isTty(STANDARD_OUTPUT));
    }

    private static boolean is(String stream) {
        return List.of(System.getProperty(PROPERTY, "").split(",")).contains(stream);
    }

    /** The text with its verdicts coloured where they stand as such: in a cell, after a colon, in parentheses. */
    public static String colour(String text) {
        return VERDICT.matcher(text).replaceAll(match -> "\u001b[" + colourOf(match.group()) + "m" + match.group()
                + "\u001b[0m");
    }

    private static String colourOf(String verdict) {
        return switch (verdict) {
            case "pass" -> "32";
            case "fail" -> "31";
            case "refused", "undecided" -> "33";
            default -> "35";
        };
    }
}
