package org.dmalab.vtd;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Event;
import org.dmalab.vtd.hardware.Reg;

/** Says descriptors and errors of the invalidation queue in VT-d's terms. */
final class DescriptorWords {
    private static final String[] ERRORS = {"no more is known", "the tail is beyond the queue",
        "the descriptor cannot be read", "reserved descriptor type", "reserved bit or value in the descriptor",
        "128-bit descriptors in scalable mode", "the tail is inside a 256-bit descriptor",
        "reserved format of the root table"};
    private static final String[] SCOPES = {"reserved", "global", "domain-selective", "device-selective"};
    private static final String[] PASID_SCOPES = {"domain-selective", "PASID-selective", "reserved", "global"};

    private DescriptorWords() { }

    /** A descriptor, by its first 16 bytes. */
    static String of(long low, long high) {
        int scope = (int) (low >>> 4) & 3;
        String domain = scope < 2 ? "" : " did=" + (low >>> 16 & 0xffff);
        return switch ((int) ((low & 0xf) | (low >>> 5 & 0x70))) {
            case 1 -> "context cache " + SCOPES[scope] + domain
                    + (scope == 3 ? " sid=" + Actor.bdf(low >>> 32 & 0xffff) : "");
            case 2 -> "IOTLB " + (scope == 3 ? "page-selective" : SCOPES[scope]) + domain
                    + (scope == 3 ? pages(high) : "");
            case 3 -> String.format("device-TLB of %s, 0x%x%s", Actor.bdf(low >>> 32 & 0xffff), high & ~0xfffL,
                    (high & 1) != 0 ? " and more" : "");
            case 4 -> "interrupt entry cache";
            case 5 -> wait(low, high);
            case 6 -> "IOTLB of PASID " + (low >>> 32 & 0xfffff) + " did=" + (low >>> 16 & 0xffff);
            case 7 -> "PASID cache " + PASID_SCOPES[scope] + " did=" + (low >>> 16 & 0xffff) + " PASID "
                    + (low >>> 32 & 0xfffff);
            default -> String.format("0x%x 0x%x", low, high);
        };
    }

    private static String pages(long high) {
        return String.format(" 0x%x am=%d%s", high & ~0xfffL, high & 0x3f, (high & 0x40) != 0 ? " ih" : "");
    }

    private static String wait(long low, long high) {
        return "wait" + ((low & 0x20) != 0 ? String.format(", status %d at 0x%x", low >>> 32, high) : "")
                + ((low & 0x10) != 0 ? ", interrupt" : "") + ((low & 0x40) != 0 ? ", fence" : "");
    }

    /** An error of the queue. */
    static String error(Event event) {
        return switch ((int) event.a()) {
            case (int) Reg.IQE -> String.format("invalidation queue error at offset 0x%x: %s", event.b() << 4,
                    ERRORS[(int) event.c()]);
            case (int) Reg.ITE -> "invalidation time-out: " + Actor.bdf(event.c()) + " does not answer";
            default -> "invalidation completion error: an answer of " + Actor.bdf(event.c())
                    + " that nobody waits for";
        };
    }
}
