package org.dmalab.lab;

import java.util.Arrays;
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
    /** Characters of a beginning by which a name is told; one of as many may be wrong. */
    private static final int LEAST_BEGINNING = 4;

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
        String lastOfWord = last(word);
        int begins = lastOfWord.length() < LEAST_BEGINNING ? lastOfWord.length()
                : beginning(lastOfWord, last(candidate));
        int nearest = Math.min(distance(word, candidate), distance(word, last(candidate)));
        return begins > lastOfWord.length() / LEAST_BEGINNING ? nearest : Math.min(nearest, begins + 1);
    }

    /** A name without what it is in, such as the architecture of a scenario. */
    private static String last(String name) {
        return name.substring(name.indexOf('/') + 1);
    }

    /** The distance to that beginning of a name which is nearest: most of a long name need not be typed. */
    private static int beginning(String word, String candidate) {
        return Arrays.stream(costs(word, candidate)[word.length()]).min().orElse(0);
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
        return costs(a, b)[a.length()][b.length()];
    }

    /** The distances between all beginnings of two words, by their lengths. */
    private static int[][] costs(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : step(a, b, i, j, cost);
            }
        }
        return cost;
    }

    private static int step(String a, String b, int i, int j, int[][] cost) {
        int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }
}
