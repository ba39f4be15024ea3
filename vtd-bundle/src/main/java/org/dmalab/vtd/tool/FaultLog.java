package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The faults in a kernel log, and what the log says around them.
 *
 * <p>The formats of Linux's {@code dmar_fault_do_one}: before 4.3 in two lines; to 5.4 {@code [DMA Read] ... addr
 * fffff000 [fault reason 06]}; to 5.13 with {@code PASID ffffffff}; 5.14 with 0x before each number; from 5.15 without
 * it before the device. A reason is hexadecimal only if it begins with 0x: 12 is 0xc.
 *
 * @param lines how many the log has
 * @param faults in their order, each message once
 * @param repeated how many messages were there again, with the same time stamp
 * @param truncated how many faults of the two-line format lack their second line
 * @param untold how many times the kernel found a fault pending and printed none
 * @param copiedLine where a kernel copied the translation tables of a crashed one; 0 if none did
 * @param overflowed how many times the unit reported that it had lost faults (FSTS.PFO)
 * @param status all bits of the fault status register that the kernel printed
 * @param suppressed how many messages the kernel's rate limit kept back
 */
record FaultLog(int lines, List<Fault> faults, int repeated, int truncated, int untold, int copiedLine,
        int overflowed, long status, long suppressed) {
    private static final String DEVICE = "Request device \\[{1,2}(?:0x)?([0-9a-f]{2}):(?:0x)?([0-9a-f]{2})\\.([0-7])"
            + "\\]";
    private static final Pattern REQUEST = Pattern.compile("\\[?(DMA Read|DMA Write|INTR-REMAP)"
            + "(?: (?:NO_PASID|PASID 0x([0-9a-f]{1,8})))?(?:\\]|:) ?" + DEVICE
            + "(?: PASID ([0-9a-f]{1,8}))? fault (?:addr|index) (?:0x)?([0-9a-f]{1,16})\\b");
    private static final Pattern REASON = Pattern.compile("\\[fault reason (?:0x([0-9a-f]{1,2})|([0-9]{1,3}))\\]"
            + " ?(.{0,120})");
    private static final Pattern TIMESTAMP = Pattern.compile("\\[ {0,8}([0-9]{1,10}\\.[0-9]{6})\\]");
    private static final Pattern STATUS = Pattern.compile("DRHD: handling fault status reg ([0-9a-f]{1,8})");
    private static final Pattern SUPPRESSED = Pattern.compile("dmar_fault: ([0-9]{1,9}) callbacks suppressed");
    private static final Pattern COPIED = Pattern.compile("Copied translation tables from previous kernel"
            + "|trying to copy translation structures");
    private static final long INVALID_PASID = 0xffffffffL;
    private static final int HIGHEST_REASON = 0xff;
    private static final long PENDING = 2;

    /** Copies the list. */
    FaultLog {
        faults = List.copyOf(faults);
    }

    /** Tells whether a fault came after the tables of a crashed kernel were copied. */
    boolean inKdump(Fault fault) {
        return copiedLine > 0 && fault.line() > copiedLine;
    }

    static FaultLog read(String text) {
        String[] lines = text.split("\\r?\\n|\\r", -1);
        int count = lines.length - (lines[lines.length - 1].isEmpty() ? 1 : 0);
        List<Fault> faults = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        int repeated = 0;
        int truncated = 0;
        Set<String> untold = new TreeSet<>();
        String pending = null;
        int copiedLine = 0;
        int overflowed = 0;
        long status = 0;
        long suppressed = 0;
        for (int i = 0; i < count; i++) {
            Matcher request = REQUEST.matcher(lines[i]);
            if (request.find()) {
                Fault fault = fault(lines, i, request);
                pending = null;
                if (fault == null) {
                    truncated++;
                } else if (fault.timestamp().isEmpty() || seen.add(fault.key())) {
                    faults.add(fault);
                } else {
                    repeated++;
                }
            }
            copiedLine = copiedLine == 0 && COPIED.matcher(lines[i]).find() ? i + 1 : copiedLine;
            long handled = number(STATUS, lines[i], 16);
            overflowed += (handled & 1) != 0 ? 1 : 0;
            status |= handled;
            if ((handled & PENDING) != 0) {
                note(pending, untold);
                pending = stamp(lines[i], i);
            }
            suppressed += number(SUPPRESSED, lines[i], 10);
        }
        note(pending, untold);
        return new FaultLog(count, faults, repeated, truncated, untold.size(), copiedLine, overflowed, status,
                suppressed);
    }

    private static void note(String pending, Set<String> untold) {
        if (pending != null) {
            untold.add(pending);
        }
    }

    /** What tells one moment from another: the time stamp, or the line if there is none. */
    private static String stamp(String line, int index) {
        Matcher timestamp = TIMESTAMP.matcher(line);
        return timestamp.find() ? timestamp.group(1) : "line " + index;
    }

    /** Null if the reason is missing, on this line and at the head of the next. */
    private static Fault fault(String[] lines, int index, Matcher request) {
        Matcher reason = REASON.matcher(lines[index]);
        boolean found = reason.find(request.end());
        if (!found && index + 1 < lines.length && !REQUEST.matcher(lines[index + 1]).find()) {
            reason = REASON.matcher(lines[index + 1]);
            found = reason.find();
        }
        int code = !found ? -1 : reason.group(1) != null ? Integer.parseInt(reason.group(1), 16)
                : Integer.parseInt(reason.group(2));
        int device = Integer.parseInt(request.group(4), 16);
        if (code < 0 || code > HIGHEST_REASON || device > 0x1f) {
            return null;
        }
        Fault.Kind kind = request.group(1).equals("INTR-REMAP") ? Fault.Kind.INTERRUPT
                : request.group(1).equals("DMA Read") ? Fault.Kind.READ : Fault.Kind.WRITE;
        int sourceId = Integer.parseInt(request.group(3), 16) << 8 | device << 3 | Integer.parseInt(request.group(5));
        Matcher timestamp = TIMESTAMP.matcher(lines[index]);
        return new Fault(index + 1, timestamp.find() ? timestamp.group(1) : "", kind, sourceId,
                pasid(request.group(2) != null ? request.group(2) : request.group(6)),
                Long.parseUnsignedLong(request.group(7), 16), code, printable(reason.group(3)));
    }

    private static long pasid(String digits) {
        long value = digits == null ? INVALID_PASID : Long.parseLong(digits, 16);
        return value == INVALID_PASID ? Fault.NO_PASID : value;
    }

    private static String printable(String words) {
        return words.replaceAll("[^ -~]", "?").strip();
    }

    private static long number(Pattern pattern, String line, int radix) {
        Matcher matcher = pattern.matcher(line);
        return matcher.find() ? Long.parseLong(matcher.group(1), radix) : 0;
    }
}
