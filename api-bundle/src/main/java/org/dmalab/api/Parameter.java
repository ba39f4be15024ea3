package org.dmalab.api;

import java.util.List;

/**
 * A typed parameter of an action, a tool, a preset or a profile.
 *
 * @param name as typed, without dashes
 * @param type what values it takes
 * @param summary one line, with the unit
 * @param otherwise the value when it is not given; null if it must be
 * @param choices the values of a {@link Type#CHOICE}
 */
public record Parameter(String name, Type type, String summary, String otherwise, List<String> choices) {
    /** What values a parameter takes. */
    public enum Type {
        /** A number, decimal or 0x hexadecimal. */
        NUMBER,
        /** Bytes: a number with an optional K, M, G, T (powers of 1024). */
        SIZE,
        /** An address, as a size or hexadecimal. */
        ADDRESS,
        /** Bus, device and function: 02:00.0. */
        DEVICE,
        /** One of a list. */
        CHOICE,
        /** true or false. */
        FLAG,
        /** A regular file; of tools only. */
        FILE,
        /** A regular file, or if there is none of that name, a line of text; of tools only. */
        FILE_OR_LINE;

        /** Tells whether its value is a document and not a number. */
        public boolean isDocument() {
            return this == FILE || this == FILE_OR_LINE;
        }
    }

    /** The words that are its values: of a choice and of a flag; none if there are too many. */
    public List<String> values() {
        return type == Type.FLAG ? List.of("true", "false") : choices;
    }

    /** A parameter that must be given. */
    public static Parameter required(String name, Type type, String summary) {
        return new Parameter(name, type, summary, null, List.of());
    }

    /** A parameter with a default. */
    public static Parameter optional(String name, Type type, String summary, String otherwise) {
        return new Parameter(name, type, summary, otherwise, List.of());
    }

    /** One of several values; the first is the default unless it must be given. */
    public static Parameter choice(String name, String summary, String otherwise, String... values) {
        return new Parameter(name, Type.CHOICE, summary, otherwise, List.of(values));
    }
}
