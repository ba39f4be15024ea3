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

    /** Levenshtein's distance: how many characters to insert, delete or replace; two swapped neighbours count one. */
    public static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : step(a, b, i, j, cost);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int step(String a, String b, int i, int j, int[][] cost) {
        int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }
}
