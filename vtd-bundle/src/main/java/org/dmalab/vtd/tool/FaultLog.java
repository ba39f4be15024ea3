package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a kernel log says about DMA remapping: the faults, the errors of the invalidation queue, the tables that were
 * printed after a fault, and what the log says around them.
 *
 * @param lines how many the log has
 * @param faults in their order, each message once
 * @param queueErrors in their order
 * @param dumps in their order
 * @param notes what happened besides, in its order
 * @param counts how often something was said that makes the lists incomplete
 * @param bridges the bridges that the log names
 * @param foreign lines of other architectures' units
 * @param unknown lines about remapping that say that something is wrong and are not known here
 */
record FaultLog(int lines, List<Fault> faults, List<QueueError> queueErrors, List<TableDump> dumps, List<Note> notes,
        Counts counts, List<Bridge> bridges, List<Note> foreign, List<Note> unknown) {
    private static final Pattern STATUS = Pattern.compile("DRHD: handling fault status reg ([0-9a-f]{1,8})");
    private static final Pattern SUPPRESSED = Pattern.compile("dmar_fault: ([0-9]{1,9}) callbacks suppressed");
    private static final Pattern COPIED = Pattern.compile("Copied translation tables from previous kernel"
            + "|trying to copy translation structures");
    private static final Pattern BRIDGE = Pattern.compile("pci (?:[0-9a-f]{4}:)?([0-9a-f]{2}):([0-9a-f]{2})\\.([0-7]):"
            + " PCI bridge to \\[bus ([0-9a-f]{2}(?:-[0-9a-f]{2})?)");
    private static final Pattern FOREIGN = Pattern.compile("AMD-Vi: .*Event logged|IO_PAGE_FAULT|arm-smmu.*(?:fault"
            + "|event 0x)");
    private static final Pattern WRONG = Pattern.compile("(?i)error|fail|\\binvalid\\b|broken|\\bbug\\b|abort"
            + "|time[d-]? ?out|corrupt|not respond|hang");
    private static final List<Noted> NOTED = List.of(
            new Noted("IOMMU enabled", "the kernel switches DMA remapping on"),
            new Noted("Copied translation tables from previous kernel", "a crashed kernel's tables were copied"),
            new Noted("Failed to copy translation tables", "a crashed kernel's tables could not be copied"),
            new Noted("Invalidation Time-out Error (ITE) cleared", "the time-out was cleared, and the queue goes on"),
            new Noted("Invalidation Queue Error (IQE) cleared", "the queue error was cleared, and the queue goes on"),
            new Noted("Invalidation Completion Error (ICE) cleared", "the completion error was cleared"));

    /** Copies the lists. */
    FaultLog {
        faults = List.copyOf(faults);
        queueErrors = List.copyOf(queueErrors);
        dumps = List.copyOf(dumps);
        notes = List.copyOf(notes);
        bridges = List.copyOf(bridges);
        foreign = List.copyOf(foreign);
        unknown = List.copyOf(unknown);
    }

    /** Words of a kernel, and what they tell. */
    private record Noted(String words, String meaning) { }

    /**
     * A bridge.
     *
     * @param sourceId its own
     * @param buses behind it, as printed: {@code 01} or {@code 01-03}
     */
    record Bridge(int sourceId, String buses) { }

    /**
     * Something that a line says.
     *
     * @param line its number, from 1
     * @param timestamp as printed; empty if there is none
     * @param words what happened
     */
    record Note(int line, String timestamp, String words) { }

    /**
     * What makes the list of faults incomplete, or shorter than the log.
     *
     * @param repeated how many messages were there again, with the same time stamp
     * @param truncated how many faults lack their reason
     * @param untold how many times the kernel found a fault pending and printed none
     * @param copiedLine where a kernel copied the translation tables of a crashed one; 0 if none did
     * @param overflowed how many times the unit reported that it had lost faults (FSTS.PFO)
     * @param status all bits of the fault status register that the kernel printed
     * @param suppressed how many messages the kernel's rate limit kept back
     */
    record Counts(int repeated, int truncated, int untold, int copiedLine, int overflowed, long status,
            long suppressed) { }

    /** Tells whether there is nothing to explain. */
    boolean quiet() {
        return faults.isEmpty() && queueErrors.isEmpty();
    }

    /** Tells whether a fault came after the tables of a crashed kernel were copied. */
    boolean inKdump(Fault fault) {
        return counts.copiedLine() > 0 && fault.line() > counts.copiedLine();
    }

    /** The dump of the tables that the kernel printed for a fault; null if it printed none. */
    TableDump dump(Fault fault) {
        return dumps.stream().filter(dump -> dump.line() > fault.line() && dump.address() == fault.address())
                .filter(dump -> faults.stream().noneMatch(other -> other.line() > fault.line()
                        && other.line() < dump.line())).findFirst().orElse(null);
    }

    static FaultLog read(String text) {
        List<String> lines = LogLines.lines(text);
        Reader reader = new Reader();
        LogLines.messages(lines).forEach(reader::take);
        return reader.log(lines.size());
    }

    /** Goes through the messages of one log. */
    private static final class Reader {
        private static final long OVERFLOW = 1;
        private static final long PENDING = 2;
        private final List<Fault> faults = new ArrayList<>();
        private final Set<String> seen = new TreeSet<>();
        private final QueueError.Collector queue = new QueueError.Collector();
        private final TableDump.Collector tables = new TableDump.Collector();
        private final List<Note> notes = new ArrayList<>();
        private final List<Bridge> bridges = new ArrayList<>();
        private final List<Note> foreign = new ArrayList<>();
        private final List<Note> unknown = new ArrayList<>();
        private final Set<String> untold = new TreeSet<>();
        private String pending;
        private int repeated;
        private int truncated;
        private int copiedLine;
        private int overflowed;
        private long status;
        private long suppressed;

        void take(LogLines.Message message) {
            String text = message.text();
            if (FaultMessage.named(text)) {
                fault(message);
                return;
            }
            if (queue.take(message) || tables.take(message)) {
                return;
            }
            if (copiedLine == 0 && COPIED.matcher(text).find()) {
                copiedLine = message.number();
            }
            long handled = number(STATUS, text, 16);
            status(message, handled);
            suppressed += number(SUPPRESSED, text, 10);
            Matcher bridge = BRIDGE.matcher(text);
            if (bridge.find()) {
                bridges.add(new Bridge((Integer.parseInt(bridge.group(1), 16) << 8)
                        | (Integer.parseInt(bridge.group(2), 16) << 3) | Integer.parseInt(bridge.group(3)),
                        bridge.group(4)));
            }
            for (Noted noted : NOTED) {
                if (text.contains(noted.words()) && (message.timestamp().isEmpty()
                        || seen.add(message.timestamp() + noted.words()))) {
                    notes.add(new Note(message.number(), message.timestamp(), noted.meaning()));
                }
            }
            remember(message, handled);
        }

        private void fault(LogLines.Message message) {
            Fault fault = FaultMessage.read(message);
            pending = null;
            if (fault == null) {
                truncated++;
            } else if (fault.timestamp().isEmpty() || seen.add(fault.key())) {
                faults.add(fault);
            } else {
                repeated++;
            }
        }

        private void status(LogLines.Message message, long handled) {
            overflowed += (handled & OVERFLOW) != 0 ? 1 : 0;
            status |= handled;
            if ((handled & PENDING) != 0) {
                endPending();
                pending = message.timestamp().isEmpty() ? "line " + message.number() : message.timestamp();
            }
        }

        private void endPending() {
            if (pending != null) {
                untold.add(pending);
            }
        }

        private void remember(LogLines.Message message, long handled) {
            Note note = new Note(message.number(), message.timestamp(), message.text().strip());
            if (FOREIGN.matcher(message.text()).find()) {
                foreign.add(note);
            } else if (message.text().contains("DMAR") && handled == 0 && WRONG.matcher(message.text()).find()
                    && NOTED.stream().noneMatch(noted -> message.text().contains(noted.words()))
                    && !SUPPRESSED.matcher(message.text()).find()) {
                unknown.add(note);
            }
        }

        FaultLog log(int lines) {
            endPending();
            return new FaultLog(lines, faults, queue.errors(), tables.dumps(), notes, new Counts(repeated, truncated,
                    untold.size(), copiedLine, overflowed, status, suppressed), bridges, foreign, unknown);
        }

        private static long number(Pattern pattern, String line, int radix) {
            Matcher matcher = pattern.matcher(line);
            return matcher.find() ? Long.parseLong(matcher.group(1), radix) : 0;
        }
    }
}
