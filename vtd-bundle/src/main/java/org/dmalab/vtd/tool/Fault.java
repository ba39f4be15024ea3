package org.dmalab.vtd.tool;

/**
 * One fault as a kernel printed it.
 *
 * @param line number of its line, from 1
 * @param timestamp as printed, in seconds since boot or a date; empty if there is none
 * @param kind what the device did
 * @param segment PCI segment; 0 where the kernel does not name it
 * @param sourceId bus, device and function of the request
 * @param pasid its PASID, or {@link #NO_PASID}
 * @param address page that was accessed, or for {@link Kind#INTERRUPT} the index in the table
 * @param reason code, as recorded by the unit
 * @param words the kernel's words for it
 */
record Fault(int line, String timestamp, Kind kind, int segment, int sourceId, long pasid, long address, int reason,
        String words) {
    static final long NO_PASID = -1;

    /** What a device did when it met the fault. */
    enum Kind {
        /** It read memory. */
        READ("DMA read"),
        /** It wrote memory. */
        WRITE("DMA write"),
        /** It sent an interrupt message. */
        INTERRUPT("interrupt");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    String device() {
        return (segment == 0 ? "" : String.format("%04x:", segment)) + bdf(sourceId);
    }

    /** A source-id as people write it: {@code 02:00.0}. */
    static String bdf(int sourceId) {
        return String.format("%02x:%02x.%x", sourceId >> 8, sourceId >> 3 & 0x1f, sourceId & 7);
    }

    /** Equal for the same message of the same moment, as in a log that was printed twice. */
    String key() {
        return timestamp + " " + kind + " " + segment + " " + sourceId + " " + pasid + " " + address + " " + reason;
    }
}
