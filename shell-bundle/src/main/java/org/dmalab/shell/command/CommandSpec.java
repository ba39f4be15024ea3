package org.dmalab.shell.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything that is known about a command before it runs. Every command also takes {@code --format} and
 * {@code --output}; {@link Builder#build} adds them.
 *
 * @param scope the part before the colon
 * @param function the part after the colon, which is also the name of the method
 * @param summary one line for {@code help}, or one for each architecture
 * @param params the positional arguments in order
 * @param options the options in the order in which help prints them
 */
public record CommandSpec(String scope, String function, String summary, List<Param> params, List<Option> options) {
    /** How values are written, by what stands for them in help. */
    private static final Map<String, String> VALUES = new TreeMap<>(Map.of(
        "ADDRESS", "decimal or hexadecimal, 0x40380000000, or with a unit of powers of 1024, 1G",
        "DEVICE", "bus:device.function in hexadecimal, 02:00.0",
        "DURATION", "500ms, 30s, 2m",
        "NUMBER", "decimal or hexadecimal, 12, 0x1f",
        "SIZE", "bytes, decimal or hexadecimal, or with a unit of powers of 1024, 4096, 4K, 1G"));

    /** The scope of commands that are typed without one. */
    public static final String BARE_SCOPE = "dmalab";

    /**
     * A positional argument.
     *
     * @param name in capitals, as help prints it
     * @param text one line for help
     * @param required whether the command fails without it
     * @param repeated whether it takes all further words; only the last one may
     */
    public record Param(String name, String text, boolean required, boolean repeated) { }

    /**
     * An option.
     *
     * @param name with the two dashes
     * @param value what stands for the value in help, or null when the option takes none
     * @param text one line for help
     * @param choices the allowed values, or empty when any is
     */
    public record Option(String name, String value, String text, List<String> choices) {
        public Option {
            if (!name.startsWith("--")) {
                throw new IllegalArgumentException("an option starts with two dashes: " + name);
            }
            choices = List.copyOf(choices);
        }

        /** Whether the option stands alone, without a value. */
        public boolean flag() {
            return value == null;
        }
    }

    public CommandSpec {
        params = List.copyOf(params);
        options = List.copyOf(options);
        for (int i = 0; i < params.size() - 1; i++) {
            if (params.get(i).repeated() || (!params.get(i).required() && params.get(i + 1).required())) {
                throw new IllegalArgumentException("ambiguous arguments of " + scope + ":" + function);
            }
        }
        if (options.stream().map(Option::name).distinct().count() < options.size()) {
            throw new IllegalArgumentException("an option of " + scope + ":" + function + " stands twice");
        }
    }

    /** Starts the description of {@code scope:function}. */
    public static Builder command(String scope, String function, String summary) {
        return new Builder(scope, function, summary);
    }

    /** The name as a user types it: {@code scope:function}, or the function alone in the bare scope. */
    public String name() {
        return scope.equals(BARE_SCOPE) ? function : scope + ":" + function;
    }

    /** The option of this name, dashes included. */
    public Optional<Option> option(String optionName) {
        return options.stream().filter(o -> o.name().equals(optionName)).findFirst();
    }

    /** One line: the name with its arguments and options. */
    public String synopsis() {
        StringBuilder line = new StringBuilder(name());
        for (Param p : params) {
            String word = p.repeated() ? p.name() + "..." : p.name();
            line.append(' ').append(p.required() ? word : "[" + word + "]");
        }
        for (Option o : options) {
            line.append(" [").append(o.name()).append(o.flag() ? "" : " " + o.value()).append(']');
        }
        return line.toString();
    }

    /** The text of {@code help NAME}, several lines, each ended by a newline. */
    public String usage() {
        StringBuilder text = new StringBuilder();
        text.append("usage: ").append(synopsis()).append('\n').append(summary).append('\n');
        int width = 0;
        for (Param p : params) {
            width = Math.max(width, p.name().length());
        }
        for (Option o : options) {
            width = Math.max(width, heading(o).length());
        }
        for (Param p : params) {
            row(text, width, p.name(), p.text());
        }
        for (Option o : options) {
            String choices = o.choices().isEmpty() ? "" : " (" + String.join(", ", o.choices()) + ")";
            row(text, width, heading(o), o.text() + choices);
        }
        VALUES.forEach((value, examples) -> {
            if (options.stream().anyMatch(o -> value.equals(o.value()))) {
                text.append(value).append(": ").append(examples).append('\n');
            }
        });
        return text.toString();
    }

    private static String heading(Option o) {
        return o.flag() ? o.name() : o.name() + " " + o.value();
    }

    private static void row(StringBuilder text, int width, String left, String right) {
        text.append("  ").append(left).append(" ".repeat(width - left.length() + 2)).append(right).append('\n');
    }

    /** Collects a description; the order of the calls is the order in help. */
    public static final class Builder {
        private final String scope;
        private final String function;
        private final String summary;
        private final List<Param> params = new ArrayList<>();
        private final List<Option> options = new ArrayList<>();
        private List<String> formats = List.of("text", "json");

        private Builder(String scope, String function, String summary) {
            this.scope = scope;
            this.function = function;
            this.summary = summary;
        }

        /** An argument that must be there. */
        public Builder required(String name, String text) {
            params.add(new Param(name, text, true, false));
            return this;
        }

        /** An argument that may be left out. */
        public Builder optional(String name, String text) {
            params.add(new Param(name, text, false, false));
            return this;
        }

        /** The last argument: one or more words, or none when it is not required. */
        public Builder repeated(String name, String text, boolean required) {
            params.add(new Param(name, text, required, true));
            return this;
        }

        /** An option without a value. */
        public Builder flag(String name, String text) {
            options.add(new Option(name, null, text, List.of()));
            return this;
        }

        /** An option with a value; with choices, only those are accepted. */
        public Builder option(String name, String value, String text, String... choices) {
            options.add(new Option(name, value, text, List.of(choices)));
            return this;
        }

        /** The formats that this command can write; {@code text} and {@code json} unless said otherwise. */
        public Builder formats(String... names) {
            formats = List.of(names);
            return this;
        }

        /** The finished description. */
        public CommandSpec build() {
            option("--format", "FORMAT", "how to write the result", formats.toArray(String[]::new));
            option("--output", "FILE", "write the result to a file");
            return new CommandSpec(scope, function, summary, params, options);
        }
    }
}
