package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.List;

/** Lays text out: columns as wide as their widest cell, and paragraphs broken at blanks. */
final class Layout {
    static final int WIDTH = 110;
    private static final String GAP = "  ";

    private Layout() { }

    /** Lines of a table after an indentation. */
    static List<String> columns(List<List<String>> rows, String indent) {
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

    /** Paragraphs broken into lines, the first after one indentation, the others after another. */
    static List<String> wrap(String text, String firstIndent, String indent) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : text.strip().split("\\R\\s*\\R")) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            StringBuilder line = new StringBuilder(lines.isEmpty() ? firstIndent : indent);
            boolean empty = true;
            for (String word : paragraph.strip().split("\\s+")) {
                if (!empty && line.length() + 1 + word.length() > WIDTH) {
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

    static List<String> wrap(String text, String indent) {
        return wrap(text, indent, indent);
    }

    /** Lines as one text. */
    static String text(List<String> lines) {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
}
