package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Errors of the invalidation queue as kernels print them together, from 5.14 on: which of the three happened, and the
 * descriptors at the queue's head and before it.
 *
 * <p>Specification: Invalidation Queue Error Record Register, and the descriptors of queued invalidation. The
 * source-ids that the kernel prints are those of the register and can be 0 where the descriptor names the device.
 *
 * @param line number of the first line, from 1
 * @param timestamp as printed; empty if there is none
 * @param reason IQEI of a queue error; {@link #NONE} if it was none
 * @param timeoutSid source-id that the register names for a time-out; {@link #NONE} if it was none
 * @param completionSid source-id of an answer that nobody waited for; {@link #NONE} if it was none
 * @param descriptors those printed, the head first
 */
record QueueError(int line, String timestamp, int reason, int timeoutSid, int completionSid,
        List<Descriptor> descriptors) {
    static final int NONE = -1;
    private static final Pattern ERROR = Pattern.compile("VT-d detected Invalidation (Queue|Time-out|Completion) Error:"
            + " (?:Reason|SID) ([0-9a-f]{1,4})\\b");
    private static final Pattern DESCRIPTOR = Pattern.compile("QI (HEAD|PRIOR): .{0,60}?qw0 = 0x([0-9a-f]{1,16}),"
            + " qw1 = 0x([0-9a-f]{1,16})\\b");
    private static final int ALL_ONES_REASON = 0xf;
    private static final int ALL_ONES_SID = 0xffff;
    private static final String[] SCOPES = {"reserved scope", "global", "domain-selective", "device-selective"};
    private static final String[] REASONS = {"the unit does not say why", "the queue's tail is beyond its end",
        "the unit can't read the descriptor", "a type of descriptor that the unit does not have",
        "a reserved bit or value in the descriptor", "128-bit descriptors in scalable mode",
        "the tail is inside a 256-bit descriptor", "a reserved format of the root table"};

    /** Copies the list. */
    QueueError {
        descriptors = List.copyOf(descriptors);
    }

    /**
     * A descriptor of the queue.
     *
     * @param name {@code HEAD} or {@code PRIOR}
     * @param low first word
     * @param high second word
     */
    record Descriptor(String name, long low, long high) {
        private static final int CONTEXT = 1;
        private static final int IOTLB = 2;
        private static final int DEVICE_TLB = 3;
        private static final int PASID_DEVICE_TLB = 8;

        private int type() {
            return (int) (low & 0xf);
        }

        /** The device whose TLB it is about; {@link #NONE} if it is about no device's. */
        int device() {
            return type() == DEVICE_TLB || type() == PASID_DEVICE_TLB ? sourceId() : NONE;
        }

        private int sourceId() {
            return (int) (low >>> 32 & 0xffff);
        }

        private String domain() {
            return " of domain-id " + (low >>> 16 & 0xffff);
        }

        boolean empty() {
            return (low == 0 && high == 0) || (low == -1 && high == -1);
        }

        String words() {
            if (empty()) {
                return low == 0 ? "all zero, no descriptor" : "all ones, not read from memory";
            }
            int scope = (int) (low >>> 4 & 3);
            return switch (type()) {
                case CONTEXT -> "context cache, " + SCOPES[scope] + (scope > 1 ? domain() : "")
                        + (scope == 3 ? ", device " + Fault.bdf(sourceId()) : "");
                case IOTLB -> "IOTLB, " + (scope == 3 ? "page-selective" : SCOPES[scope]) + (scope > 1 ? domain() : "")
                        + (scope == 3 ? String.format(", 0x%x, 2^%d pages", high & -4096, high & 0x3f) : "");
                case DEVICE_TLB -> "device-TLB of " + Fault.bdf(sourceId()) + range();
                case 4 -> "interrupt entry cache, " + ((low >>> 4 & 1) == 0 ? "global"
                        : String.format("2^%d entries from 0x%x", low >>> 27 & 0x1f, low >>> 32 & 0xffff));
                case 5 -> "wait";
                case 6 -> "IOTLB of PASID " + (low >>> 32 & 0xfffff) + domain();
                case 7 -> "PASID cache" + ((low >>> 4 & 3) == 3 ? ", global" : domain());
                case PASID_DEVICE_TLB -> "device-TLB of " + Fault.bdf((int) (low >>> 16 & 0xffff)) + " for PASID "
                        + (low >>> 32 & 0xfffff) + range();
                case 9 -> "answer to a page request of a group";
                default -> "a type that is not known here, " + type();
            };
        }

        /** S=1: the lowest zero bit of the address from bit 12 on says how much; none is all. */
        private String range() {
            if ((high & 1) == 0) {
                return String.format(", 0x%x, one page", high & -4096);
            }
            int zeros = Long.numberOfTrailingZeros(~(high >>> 12));
            return zeros >= 51 ? ", everything"
                    : String.format(", 0x%x, 2^%d pages", high >>> (12 + zeros) << (12 + zeros), zeros + 1);
        }
    }

    /** Collects the messages of one moment; what follows an error belongs to it until a new one begins. */
    static final class Collector {
        private final List<QueueError> errors = new ArrayList<>();

        /** Takes a message if it is about the queue, and says whether it was. */
        boolean take(LogLines.Message message) {
            Matcher error = ERROR.matcher(message.text());
            if (error.find()) {
                int number = Integer.parseInt(error.group(2), 16);
                QueueError last = errors.isEmpty() ? null : errors.get(errors.size() - 1);
                boolean goesOn = last != null && last.descriptors().isEmpty() && !last.has(error.group(1));
                QueueError so = goesOn ? last
                        : new QueueError(message.number(), message.timestamp(), NONE, NONE, NONE, List.of());
                replace(goesOn, so.with(error.group(1), number));
                return true;
            }
            Matcher descriptor = DESCRIPTOR.matcher(message.text());
            if (!descriptor.find()) {
                return message.text().contains("QI HEAD:") || message.text().contains("QI PRIOR:");
            }
            Descriptor found = new Descriptor(descriptor.group(1), Long.parseUnsignedLong(descriptor.group(2), 16),
                    Long.parseUnsignedLong(descriptor.group(3), 16));
            boolean begun = !errors.isEmpty() && errors.get(errors.size() - 1).descriptors().stream()
                    .noneMatch(one -> one.name().equals(found.name()));
            QueueError so = begun ? errors.get(errors.size() - 1)
                    : new QueueError(message.number(), message.timestamp(), NONE, NONE, NONE, List.of());
            replace(begun, so.with(found));
            return true;
        }

        private void replace(boolean last, QueueError error) {
            if (last) {
                errors.remove(errors.size() - 1);
            }
            errors.add(error);
        }

        List<QueueError> errors() {
            return errors;
        }
    }

    private boolean has(String kind) {
        return switch (kind) {
            case "Queue" -> reason != NONE;
            case "Time-out" -> timeoutSid != NONE;
            default -> completionSid != NONE;
        };
    }

    private QueueError with(String kind, int number) {
        return new QueueError(line, timestamp, kind.equals("Queue") ? number : reason,
                kind.equals("Time-out") ? number : timeoutSid, kind.equals("Completion") ? number : completionSid,
                descriptors);
    }

    private QueueError with(Descriptor descriptor) {
        List<Descriptor> all = new ArrayList<>(descriptors);
        all.add(descriptor);
        return new QueueError(line, timestamp, reason, timeoutSid, completionSid, all);
    }

    /** Registers that read as ones: the unit, or what is before it, does not answer. */
    boolean unitGone() {
        return reason == ALL_ONES_REASON && (timeoutSid == ALL_ONES_SID || completionSid == ALL_ONES_SID
                || descriptors.stream().anyMatch(Descriptor::empty));
    }

    /** The device that did not answer: from the descriptors, else from the register; {@link #NONE} if none is named. */
    int device() {
        if (timeoutSid == NONE || unitGone()) {
            return NONE;
        }
        return descriptors.stream().mapToInt(Descriptor::device).filter(device -> device != NONE).findFirst()
                .orElse(timeoutSid == 0 || timeoutSid == ALL_ONES_SID ? NONE : timeoutSid);
    }

    /** What happened, in one line. */
    String title() {
        if (unitGone()) {
            return "invalidation queue: the unit's registers read as ones";
        }
        List<String> kinds = new ArrayList<>();
        if (timeoutSid != NONE) {
            kinds.add("time-out (ITE)" + (device() == NONE ? "" : " of device " + Fault.bdf(device())));
        }
        if (reason != NONE) {
            kinds.add("error (IQE)");
        }
        if (completionSid != NONE) {
            kinds.add("completion error (ICE) of " + Fault.bdf(completionSid));
        }
        return "invalidation queue: " + (kinds.isEmpty() ? "descriptors printed without an error"
                : String.join(", ", kinds));
    }

    String meaning() {
        if (unitGone()) {
            return "reason f, source-id ffff and descriptors of one value are what is read where nothing answers: the"
                    + " remapping unit, or what leads to it, was gone at that moment";
        }
        List<String> words = new ArrayList<>();
        if (timeoutSid != NONE) {
            words.add("a device did not answer an invalidation of its TLB (ATS)" + (device() == NONE
                    ? "; which, neither the register nor a descriptor names" : ""));
        }
        if (reason != NONE) {
            words.add("the unit refused a descriptor: " + (reason < REASONS.length ? REASONS[reason]
                    : "a reason that is not known here, " + Integer.toHexString(reason)));
        }
        if (completionSid != NONE) {
            words.add("a device answered an invalidation of its TLB that nobody waited for");
        }
        return words.isEmpty() ? "the lines that say what happened are missing" : String.join("; ", words);
    }

    List<String> lookAt() {
        List<String> hints = new ArrayList<>();
        if (unitGone()) {
            hints.add("what changed just before: a bridge or VMD domain that was reset, a window of a bridge that now"
                    + " covers the unit's registers, a power state");
            return hints;
        }
        if (timeoutSid != NONE) {
            hints.add((device() == NONE ? "the device" : Fault.bdf(device())) + ": removed, in D3, in a reset, or its"
                    + " link down; ATS has to be disabled before (lspci -vv, hotplug and AER messages before this)");
            hints.add("kernels repeat the request: a device that never answers ends in a lockup of who waits");
        }
        if (reason != NONE) {
            hints.add("the descriptor at the queue's head, and whether the unit has what it asks for (ECAP)");
        }
        if (completionSid != NONE) {
            hints.add("the device's ATS capability, and whether it was reset while a request was out");
        }
        if (hints.isEmpty()) {
            hints.add("the lines before: the kernel's rate limit, or a log that begins here");
        }
        return hints;
    }
}
