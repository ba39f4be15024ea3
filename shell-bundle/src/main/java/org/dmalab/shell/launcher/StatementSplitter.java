package org.dmalab.shell.launcher;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Cuts text into statements and words as Gogo does, so that each statement can be run, printed and stopped at by
 * itself: Gogo's own result of {@code a; b} is that of {@code b} only.
 */
final class StatementSplitter {

    private StatementSplitter() { }

    /** Parts at semicolons and newlines outside quotes, brackets and comments; empty ones are left out. */
    static List<String> statements(String text) {
        Scanner scanner = new Scanner(text);
        List<String> result = new ArrayList<>();
        while (scanner.more()) {
            char c = scanner.next();
            if (scanner.outside() && !scanner.literal && (c == ';' || c == '\n')) {
                add(result, scanner.take());
            } else if (!scanner.inComment()) {
                scanner.keep(c);
            }
        }
        add(result, scanner.take());
        return result;
    }

    /** Whether the text ends inside a quote or a bracket, so that the statement goes on in the next line. */
    static boolean unfinished(String text) {
        return unclosed(text).isPresent();
    }

    /** What the text leaves open and where that begins, in words; empty if the text is whole. */
    static Optional<String> unclosed(String text) {
        Scanner scanner = new Scanner(text);
        while (scanner.more()) {
            scanner.next();
        }
        if (scanner.escaped) {
            return Optional.of(place(text, text.length() - 1) + ": a backslash with nothing after it");
        }
        if (scanner.open.isEmpty()) {
            return Optional.empty();
        }
        int at = scanner.open.peek();
        String what = scanner.quote != 0 ? "quote" : "bracket";
        return Optional.of(place(text, at) + ": the " + what + " " + text.charAt(at) + " is never closed");
    }

    private static String place(String text, int at) {
        long line = 1 + text.substring(0, at).chars().filter(c -> c == '\n').count();
        return "line " + line + ", column " + (at - text.lastIndexOf('\n', at - 1));
    }

    /** The words of one statement with their quotes and backslashes taken off. */
    static List<String> words(String statement) {
        List<String> result = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (int i = 0; i < statement.length(); i++) {
            char c = statement.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < statement.length()) {
                word.append(statement.charAt(++i));
                begun = true;
            } else if (quote != 0 ? c == quote : c == '\'' || c == '"') {
                quote = quote == 0 ? c : 0;
                begun = true;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (begun) {
                    result.add(word.toString());
                }
                word.setLength(0);
                begun = false;
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (begun) {
            result.add(word.toString());
        }
        return result;
    }

    private static void add(List<String> result, String statement) {
        if (!statement.isBlank()) {
            result.add(statement.strip());
        }
    }

    /** Follows quotes, brackets and comments through the text. */
    private static final class Scanner {
        private final String text;
        private final StringBuilder kept = new StringBuilder();
        /** Where the quotes and brackets begin that are open, the innermost first. */
        private final Deque<Integer> open = new ArrayDeque<>();
        private int position;
        private char quote;
        private boolean comment;
        private boolean escaped;
        /** Whether the character just read had a backslash before it. */
        private boolean literal;

        Scanner(String text) {
            this.text = text;
        }

        boolean more() {
            return position < text.length();
        }

        char next() {
            char before = position == 0 ? '\n' : text.charAt(position - 1);
            char c = text.charAt(position++);
            literal = escaped;
            if (comment) {
                comment = c != '\n';
            } else if (escaped) {
                escaped = false;
            } else if (c == '\\' && quote != '\'') {
                escaped = true;
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                    open.pop();
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
                open.push(position - 1);
            } else if (c == '#' && (Character.isWhitespace(before) || before == ';')) {
                comment = true;
            } else {
                bracket(c);
            }
            return c;
        }

        private void bracket(char c) {
            switch (c) {
                case '(', '{', '[' -> open.push(position - 1);
                case ')', '}', ']' -> open.poll();
                default -> { }
            }
        }

        boolean outside() {
            return open.isEmpty() && !comment && !escaped;
        }

        boolean inComment() {
            return comment;
        }

        void keep(char c) {
            kept.append(c);
        }

        String take() {
            String result = kept.toString();
            kept.setLength(0);
            return result;
        }
    }
}
