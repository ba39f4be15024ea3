package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Text in columns as wide as their widest cell, and text broken at blanks. */
final class Columns {
    private static final String GAP = "  ";

    private Columns() { }

    static List<String> lines(List<List<String>> rows) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        rows.forEach(row -> {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length())).append(GAP);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** Breaks a message between its parts (after a semicolon) only, so that what a kernel printed stays in one line. */
    static List<String> parts(String message, int width, String indent) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String part : message.split("(?<=;) ")) {
            if (line.length() > 0 && indent.length() + line.length() + 1 + part.length() > width) {
                lines.add(indent + line);
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(part);
        }
        lines.add(indent + line);
        return lines;
    }

    /** Breaks paragraphs into lines of at most so many characters, each after an indentation. */
    static List<String> wrap(String text, int width, String indent) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : text.strip().split("\\R\\s*\\R")) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            StringBuilder line = new StringBuilder();
            for (String word : Stream.of(paragraph.split("\\s+")).filter(one -> !one.isEmpty()).toList()) {
                if (line.length() > 0 && indent.length() + line.length() + 1 + word.length() > width) {
                    lines.add(indent + line);
                    line.setLength(0);
                }
                line.append(line.length() == 0 ? "" : " ").append(word);
            }
            if (line.length() > 0) {
                lines.add(indent + line);
            }
        }
        return lines;
    }
}
