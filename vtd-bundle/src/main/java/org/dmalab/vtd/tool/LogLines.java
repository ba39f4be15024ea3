package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The messages of a kernel log, as the kernel wrote them: without colours and marks of quotation, and with messages
 * about DMA remapping whole that a mail program or a console has broken into several lines.
 *
 * <p>A line goes on if what is there of it is the beginning of a message that is known here, and the next line is not
 * the beginning of another one.
 */
final class LogLines {
    private static final int MOST_PIECES = 4;
    private static final Pattern ESCAPES = Pattern.compile("\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*"
            + "(?:\u0007|\u001b\\\\)|[@-_])|\\^\\[\\[[0-9;]*m");
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]");
    private static final Pattern QUOTED = Pattern.compile("^(?:> ?)+");
    private static final Pattern SECONDS = Pattern.compile("\\[ {0,8}([0-9]{1,10}\\.[0-9]{6})\\]");
    private static final Pattern DATE = Pattern.compile("\\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]?[0-9] [0-9:]{8}"
            + " [0-9]{4})\\]|^([A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}) |^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.,]{8,16})");
    private static final Pattern BEGINS = Pattern.compile("^\\s*(?:<[0-9]{1,3}>|\\(XEN\\)|\\[ *[0-9]+\\.[0-9]+\\])");
    private static final Pattern OTHER = Pattern.compile("^\\s*(?!entry|error|sm|reg)[a-z][\\w./-]*(?: [\\w.:-]+)?: ");
    private static final Pattern REMAPPING = Pattern.compile("DMAR|^\\s*(?:dmar|INTR-REMAP)");
    private static final Pattern SECOND_LINE = Pattern.compile("\\[fault reason |DMAR: ?reason ");
    private static final Pattern HEAD_OF_SECOND_LINE = Pattern.compile("^.*?(?=\\[fault reason |reason [0-9a-f]+ - )");
    private static final List<Known> KNOWN = List.of(
            known("handling fault status", "handling fault status reg [0-9a-f]+"),
            known("VT-d detected Invalidation", "VT-d detected Invalidation \\S+ Error: (?:Reason|SID) [0-9a-f]+"),
            known("QI (?:HEAD|PRIOR):", "qw1 = 0x[0-9a-f]+"),
            known("Dump \\S+ table", "IOVA 0x[0-9a-f]+"),
            known("scalable mode root|context entry", "low 0x[0-9a-f]{16}"),
            known("pasid (?:dir|table) entry|: root entry", "entry(?:\\[[0-9]+\\])?: 0x[0-9a-f]{16}"),
            known("Copied translation tables", "for \\S"),
            known("Translation already enabled", "structures"));

    private LogLines() { }

    /**
     * One message.
     *
     * @param number of its first line, from 1
     * @param timestamp as printed; empty if there is none
     * @param text without the time
     */
    record Message(int number, String timestamp, String text) { }

    /** A kind of message: how it begins, and what it has when it is whole. */
    private record Known(Pattern begin, Pattern whole) { }

    private static Known known(String begin, String whole) {
        return new Known(Pattern.compile(begin), Pattern.compile(whole));
    }

    /** The lines of a text as they are in the file. */
    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>(List.of(text.split("\\r?\\n|\\r", -1)));
        if (lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        return lines;
    }

    static List<Message> messages(List<String> lines) {
        List<String> clean = lines.stream().map(LogLines::clean).toList();
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < clean.size();) {
            StringBuilder text = new StringBuilder(clean.get(i));
            int next = i + 1;
            while (next < clean.size() && next - i < MOST_PIECES && open(text) && goesOn(text, clean.get(next))) {
                String more = clean.get(next).strip();
                text.append(text.toString().endsWith(" ") ? "" : " ").append(FaultMessage.named(text)
                        ? HEAD_OF_SECOND_LINE.matcher(more).replaceFirst("")
                        : more);
                next++;
            }
            messages.add(new Message(i + 1, timestamp(clean.get(i)), text.toString().replaceAll(" {2,}", " ")));
            i = next;
        }
        return messages;
    }

    private static String clean(String line) {
        String plain = ESCAPES.matcher(line).replaceAll("");
        return QUOTED.matcher(UNPRINTABLE.matcher(plain).replaceAll("")).replaceFirst("");
    }

    private static String timestamp(String line) {
        Matcher seconds = SECONDS.matcher(line);
        if (seconds.find()) {
            return seconds.group(1);
        }
        Matcher date = DATE.matcher(line);
        return date.find() ? Stream.of(1, 2, 3).map(date::group).filter(Objects::nonNull).findFirst().orElse("") : "";
    }

    /** Tells whether a message that is known here lacks its end. */
    private static boolean open(CharSequence text) {
        if (FaultMessage.begins(text)) {
            return !FaultMessage.whole(text);
        }
        return REMAPPING.matcher(text).find() && KNOWN.stream()
                .anyMatch(one -> one.begin().matcher(text).find() && !one.whole().matcher(text).find());
    }

    private static boolean goesOn(CharSequence text, String next) {
        if (FaultMessage.named(text) && !FaultMessage.hasReason(text) && SECOND_LINE.matcher(next).find()) {
            return !FaultMessage.named(next);
        }
        return !next.isBlank() && !BEGINS.matcher(next).find() && !DATE.matcher(next).find()
                && !OTHER.matcher(next).find() && !REMAPPING.matcher(next).find();
    }
}
