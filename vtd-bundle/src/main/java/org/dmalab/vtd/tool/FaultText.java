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
                    log.faults().size(), "DMAR fault")).append(" in ").append(counted(log.lines(), "line"))
                    .append('\n');
        }
        List<List<String>> said = new ArrayList<>();
        for (FaultGroup group : groups) {
            text.append(text.isEmpty() ? "" : "\n");
            group(text, group);
            List<String> hints = FaultReason.lookAt(group.last(), log.inKdump(group.last()));
            hints(text, said.contains(hints) ? List.of("as for the same reason above") : hints);
            said.add(hints);
        }
        List<String> remarks = remarks(log);
        if (!remarks.isEmpty()) {
            text.append("\nremarks\n");
            remarks.forEach(remark -> text.append("  ").append(remark).append('\n'));
        }
        return text.toString();
    }

    private static void group(StringBuilder text, FaultGroup group) {
        Fault fault = group.first();
        text.append(fault.device()).append(": ").append(fault.kind().label()).append(", fault reason ")
                .append(String.format("0x%02x", fault.reason()))
                .append(fault.words().isEmpty() ? "" : " (" + fault.words() + ")")
                .append(", ").append(group.faults().size() == 1 ? "once" : group.faults().size() + " times")
                .append('\n');
        field(text, "device", String.format("source-id 0x%04x", fault.sourceId())
                + (fault.pasid() != Fault.NO_PASID ? ", PASID 0x" + Long.toHexString(fault.pasid())
                : fault.kind() == Kind.INTERRUPT ? "" : ", no PASID"));
        field(text, fault.kind() == Kind.INTERRUPT ? "index" : "address", addresses(group));
        if (fault.line() != group.last().line() || !fault.timestamp().isEmpty()) {
            field(text, "when", when(fault) + (group.faults().size() == 1 ? "" : " to " + when(group.last())));
        }
        field(text, "means", FaultReason.meaning(fault.reason()));
    }

    private static void hints(StringBuilder text, List<String> hints) {
        for (int i = 0; i < hints.size(); i++) {
            field(text, i == 0 ? "look at" : "", (hints.size() == 1 ? "" : i + 1 + ". ") + hints.get(i));
        }
    }

    private static String when(Fault fault) {
        return "line " + fault.line() + (fault.timestamp().isEmpty() ? "" : ", " + fault.timestamp() + " s");
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
        if (log.overflowed() > 0) {
            remarks.add("the unit ran out of fault records " + (log.overflowed() == 1 ? "once" : log.overflowed()
                    + " times") + " (FSTS.PFO): some faults were never recorded");
        }
        if ((log.status() & INVALIDATION_QUEUE_ERROR) != 0) {
            remarks.add("the unit refused a descriptor of the invalidation queue (FSTS.IQE)");
        }
        if ((log.status() & INVALIDATION_TIME_OUT) != 0) {
            remarks.add("a device did not answer an invalidation of its TLB (FSTS.ITE): it was removed, or hangs");
        }
        if ((log.status() & INVALIDATION_COMPLETION_ERROR) != 0) {
            remarks.add("a device answered an invalidation of its TLB that nobody waited for (FSTS.ICE)");
        }
        if (log.suppressed() > 0) {
            remarks.add("the kernel's rate limit kept back " + counted(log.suppressed(), "message"));
        }
        if (log.untold() > 0) {
            remarks.add(counted(log.untold(), "fault status", "fault statuses") + " (FSTS.PPF) without a fault line"
                    + " after it: the kernel's rate limit, or lines are missing");
        }
        if (log.repeated() > 0) {
            remarks.add(counted(log.repeated(), "message") + " with the same time stamp again, counted once");
        }
        if (log.truncated() > 0) {
            remarks.add(counted(log.truncated(), "fault line") + " without a reason, left out");
        }
        return remarks;
    }

    private static String counted(long count, String what) {
        return counted(count, what, what + "s");
    }

    private static String counted(long count, String one, String several) {
        return count + " " + (count == 1 ? one : several);
    }
}
