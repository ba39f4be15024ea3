package org.dmalab.shell.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a command, held against its {@link CommandSpec}. Options may stand before or after names, as
 * {@code --key value} or {@code --key=value}; {@code --} ends them. A wrong word is a {@link CommandException} with
 * exit code 2 that names the command, the word and the nearest known one.
 */
public final class Arguments {

    private static final Pattern DURATION = Pattern.compile("(\\d+)(ns|us|ms|s|m|h)?");

    private final CommandSpec spec;
    private final Map<String, String> options = new HashMap<>();
    private final List<String> positional = new ArrayList<>();

    private Arguments(CommandSpec spec) {
        this.spec = spec;
    }

    /**
     * Reads the words after the command name.
     *
     * @throws HelpRequested when {@code --help} is among them
     * @throws CommandException when they do not fit the description
     */
    public static Arguments parse(CommandSpec spec, String... words) {
        Arguments result = new Arguments(spec);
        result.read(words);
        result.checkCount();
        return result;
    }

    private void read(String[] words) {
        boolean onlyNames = false;
        for (int i = 0; i < words.length; i++) {
            String word = words[i];
            if (onlyNames || !word.startsWith("--")) {
                positional.add(word);
            } else if (word.equals("--")) {
                onlyNames = true;
            } else if (word.equals("--help")) {
                throw new HelpRequested(spec);
            } else {
                i = readOption(words, i);
            }
        }
    }

    /** Returns the index of the last word that belongs to the option. */
    private int readOption(String[] words, int index) {
        String word = words[index];
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        CommandSpec.Option option = spec.option(name).orElseThrow(() -> wrong("unknown option " + name
            + Suggestions.hint(name, spec.options().stream().map(CommandSpec.Option::name).toList())));
        if (options.containsKey(name)) {
            throw wrong("option " + name + " is given twice");
        }
        if (option.flag()) {
            if (equals >= 0) {
                throw wrong("option " + name + " takes no value");
            }
            options.put(name, "");
            return index;
        }
        boolean inNextWord = equals < 0;
        if (inNextWord && (index + 1 == words.length || words[index + 1].startsWith("--"))) {
            throw wrong("option " + name + " needs a value: " + name + " " + option.value());
        }
        String value = inNextWord ? words[index + 1] : word.substring(equals + 1);
        if (!option.choices().isEmpty() && !option.choices().contains(value)) {
            throw wrong("option " + name + " is one of " + String.join(", ", option.choices()) + ", not '" + value + "'"
                + Suggestions.hint(value, option.choices()));
        }
        options.put(name, value);
        return inNextWord ? index + 1 : index;
    }

    private void checkCount() {
        List<CommandSpec.Param> params = spec.params();
        for (int i = positional.size(); i < params.size(); i++) {
            if (params.get(i).required()) {
                throw wrong("argument " + params.get(i).name() + " is missing (" + params.get(i).text() + ")");
            }
        }
        boolean open = !params.isEmpty() && params.get(params.size() - 1).repeated();
        if (!open && positional.size() > params.size()) {
            throw wrong("unexpected argument '" + positional.get(params.size()) + "'");
        }
    }

    /** A usage error of this command, for checks that the description can not express. */
    public CommandException wrong(String message) {
        return CommandException.usage(spec.name() + ": " + message + (message.endsWith("?") ? " " : ". ")
            + "See: help " + spec.name());
    }

    public CommandSpec spec() {
        return spec;
    }

    /** The argument of this name, which must be a required one. */
    public String get(String param) {
        return find(param).orElseThrow();
    }

    /** The argument of this name, if it was given. */
    public Optional<String> find(String param) {
        int index = indexOf(param);
        return index < positional.size() ? Optional.of(positional.get(index)) : Optional.empty();
    }

    /** All words of a repeated argument; empty when there were none. */
    public List<String> all(String param) {
        int from = Math.min(indexOf(param), positional.size());
        return List.copyOf(positional.subList(from, positional.size()));
    }

    private int indexOf(String param) {
        for (int i = 0; i < spec.params().size(); i++) {
            if (spec.params().get(i).name().equals(param)) {
                return i;
            }
        }
        throw new IllegalArgumentException(spec.name() + " declares no argument " + param);
    }

    /** Whether the option was given. */
    public boolean has(String option) {
        declared(option);
        return options.containsKey(option);
    }

    /** The value of the option, if it was given. */
    public Optional<String> option(String option) {
        declared(option);
        return Optional.ofNullable(options.get(option));
    }

    /** The value of the option, or the default. */
    public String option(String option, String otherwise) {
        return option(option).orElse(otherwise);
    }

    /** The parts of a comma-separated value; empty when the option was not given. */
    public List<String> list(String option) {
        return option(option).map(value -> List.of(value.split(",", -1))).orElse(List.of());
    }

    /** A whole number, decimal or with {@code 0x}, within the bounds. */
    public long number(String option, long otherwise, long min, long max) {
        Optional<String> value = option(option);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            long number = Long.decode(value.get());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The message below fits both.
        }
        throw wrong("option " + option + " is a whole number from " + min + " to " + max + ", not '" + value.get()
            + "'");
    }

    /** A duration such as {@code 30s}, {@code 500ms} or {@code 2m}; a bare number means seconds. */
    public Duration duration(String option, Duration otherwise) {
        Optional<String> value = option(option);
        if (value.isEmpty()) {
            return otherwise;
        }
        Matcher m = DURATION.matcher(value.get());
        if (!m.matches()) {
            throw wrong("option " + option + " is a duration such as 30s or 500ms, not '" + value.get() + "'");
        }
        try {
            long count = Long.parseLong(m.group(1));
            Duration duration = switch (m.group(2) == null ? "s" : m.group(2)) {
                case "ns" -> Duration.ofNanos(count);
                case "us" -> Duration.ofNanos(Math.multiplyExact(count, 1000L));
                case "ms" -> Duration.ofMillis(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofSeconds(count);
            };
            // What is longer than 292 years can't be counted down.
            return Duration.ofNanos(duration.toNanos());
        } catch (NumberFormatException | ArithmeticException e) {
            throw wrong("option " + option + " is too long a duration: '" + value.get() + "'");
        }
    }

    private void declared(String option) {
        if (spec.option(option).isEmpty()) {
            throw new IllegalArgumentException(spec.name() + " declares no option " + option);
        }
    }
}
