package org.dmalab.shell.command;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody probably meant to type. */
public final class Suggestions {

    private Suggestions() { }

    /** The nearest of the known names, if it is near enough to be a slip of the fingers. */
    public static Optional<String> nearest(String word, Collection<String> known) {
        int limit = Math.max(1, word.length() / 3) + 1;
        return known.stream()
            .filter(name -> distance(word, name) <= limit || unscoped(name).equals(word))
            .min(Comparator.<String>comparingInt(name -> unscoped(name).equals(word) ? 0 : distance(word, name))
                .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code "; did you mean NAME?"}, or nothing. */
    public static String hint(String word, Collection<String> known) {
        return nearest(word, known).map(name -> "; did you mean " + name + "?").orElse("");
    }

    private static String unscoped(String name) {
        return name.substring(name.indexOf(':') + 1);
    }

    /** Levenshtein's distance: how many characters to insert, delete or replace; two swapped neighbours count one. */
    static int distance(String a, String b) {
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
