package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import org.dmalab.vtd.tool.Fault.Kind;

/** Faults in words, one paragraph a group. */
final class FaultText {
    private static final int WIDTH = 110;
    private static final int INDENT = 11;
    private static final int MOST_ADDRESSES = 6;
    private static final int MOST_WORDS = 100;
    private static final long INVALIDATION_QUEUE_ERROR = 1 << 4;
    private static final long INVALIDATION_COMPLETION_ERROR = 1 << 5;
    private static final long INVALIDATION_TIME_OUT = 1 << 6;
    private static final long TOP = 0x100000000L;
    private static final long TOP_BYTES = 16L << 20;

    private FaultText() { }

    static String write(String file, FaultLog log, List<FaultGroup> groups) {
        StringBuilder text = new StringBuilder();
        if (file != null) {
            text.append(file).append(": ").append(log.faults().isEmpty() ? "no DMAR fault" : counted(
                    log.faults().size(), "DMAR fault")).append(log.queueErrors().isEmpty() ? "" : ", "
                    + counted(log.queueErrors().size(), "error") + " of the invalidation queue").append(" in ")
                    .append(counted(log.lines(), "line")).append('\n');
        }
        List<List<String>> said = new ArrayList<>();
        for (FaultGroup group : groups) {
            text.append(text.isEmpty() ? "" : "\n");
            group(text, group);
            TableDump dump = log.dump(group.last());
            if (dump != null) {
                field(text, "tables", "as the processor read them after the fault (line " + dump.line() + "): "
                        + dump.words());
            }
            List<String> hints = FaultHints.of(group.last(), log);
            hints(text, said.contains(hints) ? List.of("as for the same reason above") : hints);
            said.add(hints);
        }
        for (QueueError error : log.queueErrors()) {
            text.append(text.isEmpty() ? "" : "\n");
            queue(text, error);
            hints(text, said.contains(error.lookAt()) ? List.of("as for the same error above") : error.lookAt());
            said.add(error.lookAt());
        }
        list(text, "in time", FaultStory.of(log, groups));
        list(text, "remarks", remarks(log));
        return text.toString();
    }

    private static void list(StringBuilder text, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append(text.isEmpty() ? "" : "\n").append(title).append('\n');
            lines.forEach(line -> text.append("  ").append(line).append('\n'));
        }
    }

    private static void queue(StringBuilder text, QueueError error) {
        text.append(error.title()).append('\n');
        for (QueueError.Descriptor descriptor : error.descriptors()) {
            field(text, descriptor.name().equals("HEAD") ? "head" : "prior", descriptor.words());
        }
        field(text, "when", when(error.line(), error.timestamp()));
        field(text, "means", error.meaning());
    }

    private static void group(StringBuilder text, FaultGroup group) {
        Fault fault = group.first();
        text.append(fault.device()).append(": ").append(fault.kind().label()).append(", fault reason ")
                .append(String.format("0x%02x", fault.reason()))
                .append(fault.words().isEmpty() ? "" : " (" + fault.words() + ")")
                .append(", ").append(group.faults().size() == 1 ? "once" : group.faults().size() + " times")
                .append('\n');
        field(text, "device", String.format("source-id 0x%04x", fault.sourceId()) + pasid(fault));
        if (fault.reason() != FaultReason.COMPATIBILITY_FORMAT) {
            field(text, fault.kind() == Kind.INTERRUPT ? "index" : "address", addresses(group));
        }
        if (fault.line() != group.last().line() || !fault.timestamp().isEmpty()) {
            field(text, "when", when(fault.line(), fault.timestamp()) + (group.faults().size() == 1 ? "" : " to "
                    + when(group.last().line(), group.last().timestamp())));
        }
        field(text, "means", FaultReason.meaning(fault.reason()));
    }

    private static String pasid(Fault fault) {
        if (fault.kind() == Kind.INTERRUPT) {
            return "";
        }
        return fault.pasid() == Fault.NO_PASID ? ", no PASID" : ", PASID 0x" + Long.toHexString(fault.pasid());
    }

    private static void hints(StringBuilder text, List<String> hints) {
        for (int i = 0; i < hints.size(); i++) {
            field(text, i == 0 ? "look at" : "", (hints.size() == 1 ? "" : i + 1 + ". ") + hints.get(i));
        }
    }

    /** Where and when; seconds since boot have their unit, dates none. */
    static String when(int line, String timestamp) {
        return "line " + line + (timestamp.isEmpty() ? "" : ", " + timestamp)
                + (timestamp.matches("[0-9.]+") ? " s" : "");
    }

    private static String addresses(FaultGroup group) {
        List<Long> all = group.addresses();
        String some = all.stream().limit(MOST_ADDRESSES).map(DmarWords::hex).collect(Collectors.joining(", "));
        String more = all.size() <= MOST_ADDRESSES ? "" : " and " + (all.size() - MOST_ADDRESSES) + " more up to "
                + DmarWords.hex(all.get(all.size() - 1));
        boolean top = group.first().kind() != Kind.INTERRUPT && all.stream()
                .allMatch(address -> address >= TOP - TOP_BYTES && address < TOP);
        return some + more + (top ? "; just below 4 GiB, where Linux begins to hand out addresses" : "");
    }

    /** A name and its text, broken at blanks. */
    private static void field(StringBuilder text, String name, String value) {
        StringBuilder line = new StringBuilder("  " + name + " ".repeat(INDENT - 2 - name.length()));
        boolean empty = true;
        for (String word : value.split(" ")) {
            if (!empty && line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder(" ".repeat(INDENT));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        text.append(line).append('\n');
    }

    /** What makes the list of faults incomplete, or shorter than the log. */
    static List<String> remarks(FaultLog log) {
        List<String> remarks = new ArrayList<>();
        FaultLog.Counts counts = log.counts();
        if (counts.overflowed() > 0) {
            remarks.add("the unit ran out of fault records " + (counts.overflowed() == 1 ? "once"
                    : counts.overflowed() + " times") + " (FSTS.PFO): some faults were never recorded");
        }
        queueStatus(log, remarks);
        if (counts.suppressed() > 0) {
            remarks.add("the kernel's rate limit kept back " + counted(counts.suppressed(), "message"));
        }
        if (counts.untold() > 0) {
            remarks.add(counted(counts.untold(), "fault status", "fault statuses") + " (FSTS.PPF) without a fault line"
                    + " after it: the kernel's rate limit, or lines are missing");
        }
        if (counts.repeated() > 0) {
            remarks.add(counted(counts.repeated(), "message") + " with the same time stamp again, counted once");
        }
        if (counts.truncated() > 0) {
            remarks.add(counted(counts.truncated(), "fault line") + " without a reason, left out");
        }
        if (!log.foreign().isEmpty()) {
            remarks.add(counted(log.foreign().size(), "line") + " of another architecture's unit (AMD-Vi, SMMU), not"
                    + " decoded here, the first is line " + first(log.foreign()));
        }
        if (!log.unknown().isEmpty()) {
            remarks.add(counted(log.unknown().size(), "line") + " of DMAR that this program does not know, the first is"
                    + " line " + first(log.unknown()));
        }
        return remarks;
    }

    /** What the status register said of the queue, where the kernel did not print more of it. */
    private static void queueStatus(FaultLog log, List<String> remarks) {
        if (!log.queueErrors().isEmpty()) {
            return;
        }
        long status = log.counts().status();
        if ((status & INVALIDATION_QUEUE_ERROR) != 0) {
            remarks.add("the unit refused a descriptor of the invalidation queue (FSTS.IQE)");
        }
        if ((status & INVALIDATION_TIME_OUT) != 0) {
            remarks.add("a device did not answer an invalidation of its TLB (FSTS.ITE): it was removed, or hangs");
        }
        if ((status & INVALIDATION_COMPLETION_ERROR) != 0) {
            remarks.add("a device answered an invalidation of its TLB that nobody waited for (FSTS.ICE)");
        }
    }

    private static String first(List<FaultLog.Note> notes) {
        String words = notes.get(0).words().replaceAll("[^ -~]", "?");
        return notes.get(0).line() + ": " + (words.length() <= MOST_WORDS ? words : words.substring(0, MOST_WORDS)
                + "...");
    }

    static String counted(long count, String what) {
        return counted(count, what, what + "s");
    }

    private static String counted(long count, String one, String several) {
        return count + " " + (count == 1 ? one : several);
    }
}
