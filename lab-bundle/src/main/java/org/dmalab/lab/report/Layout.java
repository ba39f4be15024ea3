package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;

/** Lays text out: columns as wide as their widest cell, and text broken at blanks or between its parts. */
public final class Layout {
    /** Characters of a line where nobody says otherwise. */
    public static final int WIDTH = 110;
    private static final String GAP = "  ";

    private Layout() { }

    /** Lines of a table after an indentation. */
    public static List<String> columns(List<List<String>> rows, String indent) {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                if (i == widths.size()) {
                    widths.add(0);
                }
                widths.set(i, Math.max(widths.get(i), row.get(i).length()));
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i)).append(" ".repeat(widths.get(i) - row.get(i).length())).append(GAP);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** Paragraphs broken into lines of at most {@link #WIDTH}, the first after one indentation, the others another. */
    public static List<String> wrap(String text, String firstIndent, String indent) {
        return wrap(text, firstIndent, indent, WIDTH);
    }

    /** Paragraphs broken into lines, all after an indentation. */
    public static List<String> wrap(String text, String indent) {
        return wrap(text, indent, indent, WIDTH);
    }

    /** Paragraphs broken into lines of at most so many characters; a longer word has a line of its own. */
    public static List<String> wrap(String text, String firstIndent, String indent, int width) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : text.strip().split("\\R\\s*\\R")) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            StringBuilder line = new StringBuilder(lines.isEmpty() ? firstIndent : indent);
            boolean empty = true;
            for (String word : paragraph.strip().split("\\s+")) {
                if (!empty && line.length() + 1 + word.length() > width) {
                    lines.add(line.toString());
                    line = new StringBuilder(indent);
                    empty = true;
                }
                line.append(empty ? "" : " ").append(word);
                empty = false;
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** Breaks a message between its parts (after a semicolon) only, so that what a kernel printed stays in one line. */
    static List<String> parts(String message, String indent) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String part : message.split("(?<=;) ")) {
            if (line.length() > 0 && indent.length() + line.length() + 1 + part.length() > WIDTH) {
                lines.add(indent + line);
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(part);
        }
        lines.add(indent + line);
        return lines;
    }

    /** Lines as one text. */
    public static String text(List<String> lines) {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
}
