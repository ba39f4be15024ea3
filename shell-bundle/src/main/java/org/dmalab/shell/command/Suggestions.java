package org.dmalab.shell.command;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.dmalab.lab.Names;

/** Finds what somebody probably meant to type. */
public final class Suggestions {

    private Suggestions() { }

    /** The nearest of the known names, if it is near enough to be a slip of the fingers. */
    public static Optional<String> nearest(String word, Collection<String> known) {
        int limit = Math.max(1, word.length() / 3) + 1;
        return known.stream()
            .filter(name -> Names.distance(word, name) <= limit || unscoped(name).equals(word))
            .min(Comparator.<String>comparingInt(name -> unscoped(name).equals(word) ? 0 : Names.distance(word, name))
                .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code "; did you mean NAME?"}, or nothing. */
    public static String hint(String word, Collection<String> known) {
        return nearest(word, known).map(name -> "; did you mean " + name + "?").orElse("");
    }

    private static String unscoped(String name) {
        return name.substring(name.indexOf(':') + 1);
    }
}
