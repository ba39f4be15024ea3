package org.dmalab.lab;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Finds what somebody probably meant to write. */
public final class Names {
    private static final int MAX_NAME = 80;
    private static final int MAX_LISTED = 20;
    private static final int SOME_LISTED = 10;

    private Names() { }

    /** The nearest of the known names (Levenshtein), if it is near enough to be a slip of the fingers. */
    public static Optional<String> nearest(String name, Collection<String> known) {
        String word = shorten(name);
        int limit = Math.max(1, word.length() / 3) + 1;
        return known.stream()
                .filter(candidate -> rank(word, candidate) <= limit)
                .min(Comparator.<String>comparingInt(candidate -> rank(word, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static int rank(String word, String candidate) {
        int slash = candidate.indexOf('/');
        int whole = distance(word, candidate);
        return slash < 0 ? whole : Math.min(whole, distance(word, candidate.substring(slash + 1)));
    }

    /**
     * The words for a name that is not known: the nearest and what there is.
     *
     * @param what what kind of thing, such as {@code action}
     * @param name as written
     * @param known all names there are
     */
    public static String unknown(String what, String name, Collection<String> known) {
        StringBuilder text = new StringBuilder("there is no ").append(what).append(" \"").append(shorten(name))
                .append('"');
        nearest(name, known).ifPresent(near -> text.append(", did you mean \"").append(near).append("\"?"));
        if (text.charAt(text.length() - 1) != '?') {
            text.append(';');
        }
        return text.append(known.isEmpty() ? " there is none at all" : " there is: " + listed(shorten(name), known))
                .toString();
    }

    /** All names in their order; of many only those that contain the word or are nearest to it. */
    private static String listed(String word, Collection<String> known) {
        TreeSet<String> all = new TreeSet<>(known);
        if (all.size() <= MAX_LISTED) {
            return String.join(", ", all);
        }
        Comparator<String> nearestFirst = Comparator
                .<String>comparingInt(candidate -> !word.isBlank() && candidate.contains(word) ? 0 : 1)
                .thenComparingInt(candidate -> rank(word, candidate)).thenComparing(Comparator.naturalOrder());
        List<String> some = all.stream().sorted(nearestFirst).limit(SOME_LISTED).sorted().toList();
        return String.join(", ", some) + " and " + (all.size() - some.size()) + " more";
    }

    private static String shorten(String name) {
        return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "...";
    }

    /** Levenshtein's distance: how many characters to insert, delete or replace. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
