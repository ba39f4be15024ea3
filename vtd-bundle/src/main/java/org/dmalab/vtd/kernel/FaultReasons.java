package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Text;

/** The kernel's words for fault reasons of legacy mode. */
public final class FaultReasons {
    private static final long SOFTWARE = Text.id("Software");
    private static final long ROOT_PRESENT = Text.id("Present bit in root entry is clear");
    private static final long CONTEXT_PRESENT = Text.id("Present bit in context entry is clear");
    private static final long CONTEXT_INVALID = Text.id("Invalid context entry");
    private static final long BEYOND_MGAW = Text.id("Access beyond MGAW");
    private static final long WRITE_NOT_SET = Text.id("PTE Write access is not set");
    private static final long READ_NOT_SET = Text.id("PTE Read access is not set");
    private static final long NEXT_TABLE = Text.id("Next page table ptr is invalid");
    private static final long ROOT_ADDRESS = Text.id("Root table address invalid");
    private static final long CONTEXT_TABLE = Text.id("Context table ptr is invalid");
    private static final long RESERVED_ROOT = Text.id("non-zero reserved fields in RTP");
    private static final long RESERVED_CONTEXT = Text.id("non-zero reserved fields in CTP");
    private static final long RESERVED_PTE = Text.id("non-zero reserved fields in PTE");
    private static final long BLOCKING = Text.id("PCE for translation request specifies blocking");
    private static final long UNKNOWN = Text.id("Unknown");

    private FaultReasons() { }

    /** Text id of a reason's words. */
    public static long text(long reason) {
        return switch ((int) reason) {
            case 0x0 -> SOFTWARE;
            case 0x1 -> ROOT_PRESENT;
            case 0x2 -> CONTEXT_PRESENT;
            case 0x3 -> CONTEXT_INVALID;
            case 0x4 -> BEYOND_MGAW;
            case 0x5 -> WRITE_NOT_SET;
            case 0x6 -> READ_NOT_SET;
            case 0x7 -> NEXT_TABLE;
            case 0x8 -> ROOT_ADDRESS;
            case 0x9 -> CONTEXT_TABLE;
            case 0xa -> RESERVED_ROOT;
            case 0xb -> RESERVED_CONTEXT;
            case 0xc -> RESERVED_PTE;
            case 0xd -> BLOCKING;
            default -> UNKNOWN;
        };
    }
}
