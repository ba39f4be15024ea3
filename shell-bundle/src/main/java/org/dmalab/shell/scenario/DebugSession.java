package org.dmalab.shell.scenario;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.dmalab.lab.Changed;
import org.dmalab.lab.explore.ReplayStep;
import org.dmalab.lab.report.DebugText;
import org.jline.reader.Candidate;

/**
 * The prompt of {@code scenario:debug}. All steps are known before it begins, so going backwards is as quick as going
 * forwards. The end of the input ends it.
 */
final class DebugSession {
    /** What can be typed: the letters, how help writes them, and what they do. */
    private static final String[][] COMMANDS = {
        {"n", "Enter, n [COUNT]", "forwards"},
        {"b", "b [COUNT]", "backwards"},
        {"", "N", "to step N"},
        {"tT", "t, T", "to the next, the last change of who runs"},
        {"wW", "w TEXT, W TEXT", "to the next, the last step that changes a cell with TEXT in its name"},
        {"v", "v", "to the last step, where the verdict is"},
        {"l", "l", "the steps around this one"},
        {"s", "s", "the whole Java stack of this step"},
        {"h", "h", "help"},
        {"q", "q, Ctrl-D", "ends"}};

    private final DebugText text;
    private final List<ReplayStep> steps;
    private final Consumer<String> out;
    private int at = 1;

    DebugSession(DebugText text, List<ReplayStep> steps, Consumer<String> out) {
        this.text = text;
        this.steps = steps;
        this.out = out;
    }

    /**
     * Obeys lines until one says to end, or there are no more.
     *
     * @param lines reads a line, given the prompt; null at the end
     */
    void run(UnaryOperator<String> lines) {
        out.accept(text.head());
        show(1);
        for (String line = next(lines); line != null && !line.equals("q"); line = next(lines)) {
            obey(line);
        }
    }

    private String next(UnaryOperator<String> lines) {
        String line = lines.apply("debug " + at + "> ");
        return line == null ? null : line.strip();
    }

    /** Commands, or behind {@code w} the names of the cells that change in any step. */
    static List<Candidate> candidates(List<ReplayStep> steps, List<String> words) {
        if (words.size() == 1) {
            return Stream.of(COMMANDS).flatMap(command -> Stream.of(command[0].split("")).filter(key -> !key.isEmpty())
                    .map(key -> new Candidate(key, key, null, command[2], null, null, true))).toList();
        }
        return words.size() > 2 || !words.get(0).equalsIgnoreCase("w") ? List.of()
                : steps.stream().flatMap(step -> step.changes().stream()).filter(DebugText::ofMachine)
                .map(Changed::cell).filter(name -> name.indexOf(' ') < 0).distinct().sorted().map(Candidate::new)
                .toList();
    }

    private void obey(String line) {
        String[] words = line.split("\\s+", 2);
        String argument = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "", "n" -> move(count(argument));
            case "b" -> move(-count(argument));
            case "t" -> find(1, this::turns, "nobody else runs after this step");
            case "T" -> find(-1, this::turns, "nobody else ran before this step");
            case "w" -> find(1, changes(argument), "no later step changes a cell with \"" + argument
                    + "\" in its name");
            case "W" -> find(-1, changes(argument), "no earlier step changes a cell with \"" + argument
                    + "\" in its name");
            case "v" -> show(steps.size());
            case "l" -> out.accept(text.around(at));
            case "s" -> out.accept(text.stack(at));
            case "h", "help", "?" -> Stream.of(COMMANDS).forEach(command ->
                    out.accept(String.format("%-18s %s%n", command[1], command[2])));
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
}
