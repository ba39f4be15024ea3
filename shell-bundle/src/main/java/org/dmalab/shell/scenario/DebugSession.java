package org.dmalab.shell.scenario;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.dmalab.lab.explore.ReplayStep;

/**
 * The prompt of {@code scenario:debug}. All steps are known before it begins, so going backwards is as quick as going
 * forwards. Its input may be a pipe; the end of the input ends it.
 */
final class DebugSession {
    private static final long POLL_MILLIS = 20;
    private static final String HELP = """
            Enter, n [COUNT]   forwards
            b [COUNT]          backwards
            N                  to step N
            t, T               to the next, the last change of who runs
            w TEXT, W TEXT     to the next, the last step that changes a cell with TEXT in its name
            v                  to the last step, where the verdict is
            l                  the steps around this one
            s                  the whole Java stack of this step
            q                  ends
            """;

    private final DebugText text;
    private final List<ReplayStep> steps;
    private final InputStream in;
    private final Consumer<String> out;
    private int at = 1;

    DebugSession(DebugText text, List<ReplayStep> steps, InputStream in, Consumer<String> out) {
        this.text = text;
        this.steps = steps;
        this.in = in;
        this.out = out;
    }

    void run() {
        out.accept(text.head());
        show(1);
        while (true) {
            out.accept("debug " + at + "> ");
            String line = readLine();
            if (line == null || line.strip().equals("q")) {
                out.accept(line == null || System.console() == null ? "\n" : "");
                return;
            }
            if (System.console() == null) {
                out.accept(line.strip() + "\n"); // a terminal shows what is typed, a transcript would not
            }
            obey(line.strip());
        }
    }

    private void obey(String line) {
        String[] words = line.split("\\s+", 2);
        String argument = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "", "n" -> move(count(argument));
            case "b" -> move(-count(argument));
            case "t" -> find(1, this::turns, "nobody else runs after this step");
            case "T" -> find(-1, this::turns, "nobody else ran before this step");
            case "w" -> find(1, changes(argument), "no later step changes a cell with \"" + argument + "\" in its name");
            case "W" -> find(-1, changes(argument), "no earlier step changes a cell with \"" + argument
                    + "\" in its name");
            case "v" -> show(steps.size());
            case "l" -> out.accept(text.around(at));
            case "s" -> out.accept(text.stack(at));
            case "h", "help", "?" -> out.accept(HELP);
            default -> {
                long number = number(words[0]);
                if (number < 1 || number > steps.size()) {
                    out.accept("\"" + line + "\" is no command and no step from 1 to " + steps.size() + "; h tells the"
                            + " commands\n");
                } else {
                    show((int) number);
                }
            }
        }
    }

    private static long number(String word) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static int count(String argument) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE / 2, number(argument)));
    }

    private void move(int by) {
        int to = Math.max(1, Math.min(steps.size(), at + by));
        if (to == at) {
            out.accept(by > 0 ? "this is the last step\n" : "this is the first step\n");
        } else {
            show(to);
        }
    }

    private void show(int step) {
        at = step;
        out.accept(text.step(step) + text.end(step));
    }

    private void find(int direction, Predicate<Integer> wanted, String otherwise) {
        for (int step = at + direction; step >= 1 && step <= steps.size(); step += direction) {
            if (wanted.test(step)) {
                show(step);
                return;
            }
        }
        out.accept(otherwise + "\n");
    }

    /** Whether somebody else ran in the step before. */
    private boolean turns(int step) {
        return step > 1 && (!steps.get(step - 1).column().equals(steps.get(step - 2).column())
                || !steps.get(step - 1).strand().equals(steps.get(step - 2).strand()));
    }

    private Predicate<Integer> changes(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return step -> steps.get(step - 1).changes().stream().anyMatch(changed ->
                (changed.region() + " " + changed.cell()).toLowerCase(Locale.ROOT).contains(wanted));
    }

    /** A line without its end; null at the end of the input or after an interrupt. */
    private String readLine() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            while (true) {
                // A thread that waits in read() can't be interrupted; at a terminal there is something to read in time.
                while (System.console() != null && in.available() == 0) {
                    Thread.sleep(POLL_MILLIS);
                }
                int next = in.read();
                if (next < 0 && line.size() == 0) {
                    return null;
                }
                if (next < 0 || next == '\n') {
                    return line.toString(StandardCharsets.UTF_8);
                }
                line.write(next);
            }
        } catch (InterruptedException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
