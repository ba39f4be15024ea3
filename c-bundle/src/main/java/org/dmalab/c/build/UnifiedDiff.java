package org.dmalab.c.build;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.dmalab.c.ImportException;

/**
 * A unified diff as {@code git diff}, {@code git format-patch} and mail carry it; what stands around it is ignored.
 *
 * @param files what it changes
 */
record UnifiedDiff(List<FileDiff> files) {
    private static final Pattern HUNK = Pattern.compile("@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@.*");
    private static final String NOTHING = "/dev/null";

    /**
     * The changes of one file.
     *
     * @param path in the tree, as the new side has it (of a removed file the old one)
     * @param added whether the file is new
     * @param removed whether it goes
     * @param hunks in the order of lines
     */
    record FileDiff(String path, boolean added, boolean removed, List<Hunk> hunks) { }

    /**
     * One hunk.
     *
     * @param line of the diff, from 1
     * @param oldStart first line on the old side, from 1
     * @param newStart first line on the new side
     * @param before lines of the old side
     * @param after lines of the new side
     */
    record Hunk(int line, int oldStart, int newStart, List<String> before, List<String> after) { }

    /** Tells whether a text has a diff in it. */
    static boolean isIn(String text) {
        return Pattern.compile("(?m)^--- \\S.*\\n\\+\\+\\+ \\S").matcher(text).find();
    }

    /**
     * Reads one.
     *
     * @throws ImportException if a hunk is cut off or malformed; it says the line
     */
    static UnifiedDiff parse(String name, String text) {
        List<String> lines = text.replace("\r\n", "\n").lines().toList();
        List<FileDiff> files = new ArrayList<>();
        List<Hunk> hunks = null;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean head = line.startsWith("--- ") && i + 1 < lines.size() && lines.get(i + 1).startsWith("+++ ");
            Matcher matcher = HUNK.matcher(line);
            if (head) {
                String from = path(line);
                String to = path(lines.get(i + 1));
                hunks = new ArrayList<>();
                files.add(new FileDiff(to.equals(NOTHING) ? from : to, from.equals(NOTHING), to.equals(NOTHING),
                        hunks));
                i++;
            } else if (matcher.matches() && hunks != null) {
                i = hunk(name, lines, i, matcher, hunks);
            }
        }
        return new UnifiedDiff(files);
    }

    private static String path(String line) {
        String path = line.substring("--- ".length()).replaceAll("\\t.*", "").trim();
        return path.startsWith("a/") || path.startsWith("b/") ? path.substring(2) : path;
    }

    private static int hunk(String name, List<String> lines, int head, Matcher matcher, List<Hunk> hunks) {
        int oldLeft = count(matcher.group(2));
        int newLeft = count(matcher.group(4));
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        int i = head + 1;
        for (; oldLeft > 0 || newLeft > 0; i++) {
            String line = i < lines.size() ? lines.get(i) : null;
            char mark = mark(line);
            String content = line == null || line.isEmpty() ? "" : line.substring(1);
            if (mark == '\\') {
                continue;
            }
            if (mark != ' ' && mark != '+' && mark != '-') {
                throw new ImportException(name + ":" + (i + 1) + ": the hunk of line " + (head + 1) + " ends here, "
                        + oldLeft + " old and " + newLeft + " new lines before its head says so; was the mail"
                        + " wrapped or cut?");
            }
            if (mark != '+') {
                before.add(content);
                oldLeft--;
            }
            if (mark != '-') {
                after.add(content);
                newLeft--;
            }
        }
        hunks.add(new Hunk(head + 1, Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(3)),
                List.copyOf(before), List.copyOf(after)));
        return i - 1;
    }

    private static int count(String group) {
        return group == null ? 1 : Integer.parseInt(group);
    }

    /**
     * Applies the changes of one file.
     *
     * @param old the text before
     * @param remarks is told which hunks went in at another line
     * @return the text after
     * @throws ImportException if a hunk does not apply; it says where it comes nearest, and what differs there
     */
    static String apply(FileDiff diff, String old, List<String> remarks) {
        List<String> lines = new ArrayList<>(old.lines().toList());
        int shift = 0;
        int number = 0;
        for (Hunk hunk : diff.hunks()) {
            number++;
            int wanted = hunk.oldStart() - 1 + shift + (hunk.before().isEmpty() ? 1 : 0);
            int at = find(lines, hunk.before(), wanted);
            if (at < 0) {
                throw new ImportException(failed(diff, hunk, number, lines, wanted));
            }
            if (at != wanted) {
                remarks.add(diff.path() + ": hunk #" + number + " succeeded at " + (at + 1) + " (offset "
                        + (at - wanted) + (Math.abs(at - wanted) == 1 ? " line)" : " lines)"));
            }
            lines.subList(at, at + hunk.before().size()).clear();
            lines.addAll(at, hunk.after());
            shift += hunk.after().size() - hunk.before().size() + at - wanted;
        }
        return String.join("\n", lines) + "\n";
    }

    private static int find(List<String> lines, List<String> block, int wanted) {
        for (int distance = 0; distance <= lines.size(); distance++) {
            if (fits(lines, block, wanted + distance)) {
                return wanted + distance;
            }
            if (fits(lines, block, wanted - distance)) {
                return wanted - distance;
            }
        }
        return -1;
    }

    private static boolean fits(List<String> lines, List<String> block, int at) {
        return at >= 0 && at + block.size() <= lines.size() && lines.subList(at, at + block.size()).equals(block);
    }

    private static String failed(FileDiff diff, Hunk hunk, int number, List<String> lines, int wanted) {
        int best = 0;
        int most = -1;
        for (int at = 0; at + hunk.before().size() <= lines.size(); at++) {
            int same = 0;
            for (int i = 0; i < hunk.before().size(); i++) {
                same += lines.get(at + i).equals(hunk.before().get(i)) ? 1 : 0;
            }
            if (same > most || (same == most && Math.abs(at - wanted) < Math.abs(best - wanted))) {
                best = at;
                most = same;
            }
        }
        String text = diff.path() + ": hunk #" + number + " FAILED at " + hunk.oldStart();
        if (most <= 0) {
            return text + ": no line of it is in the file; is this the tree that the diff was made in (--tree,"
                    + " --base)?";
        }
        int differs = 0;
        while (lines.get(best + differs).equals(hunk.before().get(differs))) {
            differs++;
        }
        return text + ": it comes nearest at line " + (best + 1) + ", where " + most + " of " + hunk.before().size()
                + " lines are the same; line " + (best + differs + 1) + " is \"" + lines.get(best + differs).strip()
                + "\", the diff has \"" + hunk.before().get(differs).strip() + "\"";
    }

    /**
     * One side of a file as far as the hunks show it: their lines in their places, the rest empty.
     *
     * @param newSide whether the side after
     */
    static String visible(FileDiff diff, boolean newSide) {
        List<String> lines = new ArrayList<>();
        for (Hunk hunk : diff.hunks()) {
            int start = newSide ? hunk.newStart() : hunk.oldStart();
            while (lines.size() < start - 1) {
                lines.add("");
            }
            lines.addAll(newSide ? hunk.after() : hunk.before());
        }
        return String.join("\n", lines) + "\n";
    }

    /** What a line of a hunk starts with; editors take the blank from lines that are empty otherwise. */
    private static char mark(String line) {
        if (line == null) {
            return '?';
        }
        return line.isEmpty() ? ' ' : line.charAt(0);
    }
}
