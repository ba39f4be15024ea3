package org.dmalab.shell.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The word of a command that is being typed.
 *
 * @param spec the command
 * @param name the argument or option that the word is for: {@code MACHINE}, {@code --device}
 * @param kind what stands for the value in help: {@code MACHINE}, {@code DEVICE}
 * @param typed the value so far
 * @param arguments the arguments typed before it, without options and their values
 */
public record Slot(CommandSpec spec, String name, String kind, String typed, List<String> arguments) {
    public Slot {
        arguments = List.copyOf(arguments);
    }

    /**
     * What the last of some words is for.
     *
     * @param words those after the command's name, the one being typed included
     * @return empty if the word is an option's name, or more than the command takes
     */
    public static Optional<Slot> of(CommandSpec spec, List<String> words) {
        List<String> arguments = new ArrayList<>();
        CommandSpec.Option open = null;
        for (String word : words.subList(0, words.size() - 1)) {
            if (open != null) {
                open = null;
            } else if (word.startsWith("--")) {
                open = spec.option(word).filter(option -> !option.flag()).orElse(null);
            } else {
                arguments.add(word);
            }
        }
        String typed = words.get(words.size() - 1);
        if (open != null) {
            return Optional.of(new Slot(spec, open.name(), open.value(), typed, arguments));
        }
        int equals = typed.indexOf('=');
        if (typed.startsWith("--")) {
            return equals < 0 ? Optional.empty() : spec.option(typed.substring(0, equals))
                .filter(option -> !option.flag())
                .map(option -> new Slot(spec, option.name(), option.value(), typed.substring(equals + 1), arguments));
        }
        return param(spec, arguments.size()).map(p -> new Slot(spec, p.name(), p.name(), typed, arguments));
    }

    private static Optional<CommandSpec.Param> param(CommandSpec spec, int position) {
        List<CommandSpec.Param> params = spec.params();
        if (position < params.size()) {
            return Optional.of(params.get(position));
        }
        return params.isEmpty() || !params.get(params.size() - 1).repeated() ? Optional.empty()
            : Optional.of(params.get(params.size() - 1));
    }
}
