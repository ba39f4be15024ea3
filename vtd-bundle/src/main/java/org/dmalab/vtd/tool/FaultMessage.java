package org.dmalab.vtd.tool;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The message of one fault.
 *
 * <p>The formats of Linux's {@code dmar_fault_do_one}: before 4.3 in two lines; to 5.4 {@code [DMA Read] ... addr
 * fffff000 [fault reason 06]}; to 5.13 with {@code PASID ffffffff}; 5.14 with 0x before each number; from 5.15 without
 * it before the device. A reason is hexadecimal only if it begins with 0x: 12 is 0xc. Xen names the segment, and writes
 * {@code reason 06 - ...} in hexadecimal on a second line.
 */
final class FaultMessage {
    private static final Pattern BEGIN = Pattern.compile("\\[DMA(?: |$)|\\[?INTR-REMAP(?:\\]|:)");
    private static final String DEVICE = "Request device \\[{1,2}(?:([0-9a-f]{4,8}):)?(?:0x)?([0-9a-f]{2}):(?:0x)?"
            + "([0-9a-f]{2})\\.([0-7])\\]";
    private static final Pattern REQUEST = Pattern.compile("\\[?(DMA Read|DMA Write|INTR-REMAP)"
            + "(?: (?:NO_PASID|PASID 0x([0-9a-f]{1,8})))?(?:\\]|:) ?" + DEVICE
            + "(?: PASID ([0-9a-f]{1,8}))? fault (?:addr|index) (?:0x)?([0-9a-f]{1,16})\\b");
    private static final Pattern REASON = Pattern.compile("\\[fault reason (?:0x([0-9a-f]{1,2})|([0-9]{1,3}))\\]"
            + " ?(.{0,120})");
    private static final Pattern XEN_REASON = Pattern.compile("reason ([0-9a-f]{1,2}) - (.{0,120})");
    private static final long INVALID_PASID = 0xffffffffL;
    private static final int HIGHEST_REASON = 0xff;
    private static final int HIGHEST_DEVICE = 0x1f;

    private FaultMessage() { }

    /** Tells whether a line has the beginning of such a message. */
    static boolean begins(CharSequence text) {
        return BEGIN.matcher(text).find();
    }

    /** Tells whether it says why. */
    static boolean hasReason(CharSequence text) {
        return REASON.matcher(text).find() || XEN_REASON.matcher(text).find();
    }

    /** Tells whether nothing of it is missing: the reason in the kernel's words is there to its end. */
    static boolean whole(CharSequence text) {
        Reason reason = reason(text, 0);
        if (reason == null || !REQUEST.matcher(text).find()) {
            return false;
        }
        String words = FaultReason.words(reason.code());
        return words == null ? !reason.words().isEmpty() && !reason.words().endsWith(":")
                : reason.words().regionMatches(true, 0, words, 0, words.length());
    }

    private record Reason(int code, String words) { }

    private static Reason reason(CharSequence text, int from) {
        Matcher linux = REASON.matcher(text);
        if (linux.find(from)) {
            int code = linux.group(1) != null ? Integer.parseInt(linux.group(1), 16) : Integer.parseInt(linux.group(2));
            return new Reason(code, linux.group(3).strip());
        }
        Matcher xen = XEN_REASON.matcher(text);
        return xen.find(from) ? new Reason(Integer.parseInt(xen.group(1), 16), xen.group(2).strip()) : null;
    }

    /** Tells whether a message is about a fault and names its device. */
    static boolean named(CharSequence text) {
        return REQUEST.matcher(text).find();
    }

    /** The fault that a message is about; null if there is none, or the reason is missing. */
    static Fault read(LogLines.Message message) {
        Matcher request = REQUEST.matcher(message.text());
        if (!request.find()) {
            return null;
        }
        Reason reason = reason(message.text(), request.end());
        int device = Integer.parseInt(request.group(5), 16);
        if (reason == null || reason.code() > HIGHEST_REASON || device > HIGHEST_DEVICE) {
            return null;
        }
        int segment = request.group(3) == null ? 0 : Integer.parseUnsignedInt(request.group(3), 16);
        int sourceId = Integer.parseInt(request.group(4), 16) << 8 | device << 3 | Integer.parseInt(request.group(6));
        return new Fault(message.number(), message.timestamp(), kind(request.group(1)), segment, sourceId,
                pasid(request.group(2) != null ? request.group(2) : request.group(7)),
                Long.parseUnsignedLong(request.group(8), 16), reason.code(), printable(reason.words()));
    }

    private static Fault.Kind kind(String words) {
        return switch (words) {
            case "DMA Read" -> Fault.Kind.READ;
            case "DMA Write" -> Fault.Kind.WRITE;
            default -> Fault.Kind.INTERRUPT;
        };
    }

    private static long pasid(String digits) {
        long value = digits == null ? INVALID_PASID : Long.parseLong(digits, 16);
        return value == INVALID_PASID ? Fault.NO_PASID : value;
    }

    private static String printable(String words) {
        return words.replaceAll("[^ -~]", "?").strip();
    }
}
