package org.dmalab.vtd.tool;

/**
 * What fault reasons mean.
 *
 * <p>Specification: Fault Reason Encodings. The kernel's words are those of {@code dmar_remap_fault_reasons},
 * {@code dmar_remap_sm_fault_reasons} and {@code irq_remap_fault_reasons}.
 */
final class FaultReason {
    static final int ROOT_NOT_PRESENT = 0x01;
    static final int CONTEXT_NOT_PRESENT = 0x02;
    static final int BEYOND_WIDTH = 0x04;
    static final int WRITE_NOT_PERMITTED = 0x05;
    static final int READ_NOT_PERMITTED = 0x06;
    static final int TABLE_UNREADABLE = 0x07;
    static final int PTE_RESERVED = 0x0c;
    static final int TRANSLATION_REQUEST_BLOCKED = 0x0d;
    static final int FIRST_INTERRUPT = 0x20;
    static final int COMPATIBILITY_FORMAT = 0x25;
    static final int LAST_INTERRUPT = 0x26;
    static final int SM_ROOT_NOT_PRESENT = 0x39;
    static final int SM_CONTEXT_NOT_PRESENT = 0x41;
    static final int SM_TRANSLATION_REQUEST_BLOCKED = 0x44;
    static final int RID_PASID_INVALID = 0x48;
    static final int DIRECTORY_NOT_PRESENT = 0x51;
    static final int PASID_NOT_PRESENT = 0x59;
    static final int FL_NOT_PRESENT = 0x71;
    static final int SL_NO_PERMISSION = 0x79;
    static final int NOT_CANONICAL = 0x80;
    static final int INTERRUPT_ADDRESS = 0x87;

    private FaultReason() { }

    /** Who knows a reason by which words: the kernel's, and ours. */
    private record Known(String kernel, String meaning) { }

    private static final String NO_WRITE = "no permission to write: at some level of the second-level tables the entry"
            + " has W=0, or is not present";
    private static final String NO_READ = "no permission to read: at some level of the second-level tables the entry"
            + " has R=0, or is not present";

    private static Known of(int reason) {
        if (reason < FIRST_INTERRUPT) {
            return legacy(reason);
        }
        if (reason <= LAST_INTERRUPT) {
            return interrupt(reason);
        }
        return reason < 0x70 ? tables(reason) : pages(reason);
    }

    private static Known legacy(int reason) {
        return switch (reason) {
            case 0x00 -> new Known("Software", "the kernel's own code, not one of the unit");
            case ROOT_NOT_PRESENT -> new Known("Present bit in root entry is clear",
                    "the root entry of the device's bus has P=0: no context table for that bus");
            case CONTEXT_NOT_PRESENT -> new Known("Present bit in context entry is clear",
                    "the device's context entry has P=0: the device is in no domain");
            case 0x03 -> new Known("Invalid context entry", "the context entry is invalid: an address width (AW) or"
                    + " translation type (TT) that the unit does not support, or tables that it can't read");
            case BEYOND_WIDTH -> new Known("Access beyond MGAW",
                    "the address is beyond what the domain can have: 2^min(MGAW, width of AW)");
            case WRITE_NOT_PERMITTED -> new Known("PTE Write access is not set", NO_WRITE);
            case READ_NOT_PERMITTED -> new Known("PTE Read access is not set", NO_READ);
            case TABLE_UNREADABLE -> new Known("Next page table ptr is invalid",
                    "a pointer to the next second-level table leads where the unit can't read");
            case 0x08 -> new Known("Root table address invalid",
                    "the unit can't read the root table at the address in RTADDR");
            case 0x09 -> new Known("Context table ptr is invalid",
                    "the unit can't read the context table at the address in the root entry");
            case 0x0a -> new Known("non-zero reserved fields in RTP", "reserved bits are set in a root entry");
            case 0x0b -> new Known("non-zero reserved fields in CTP", "reserved bits are set in a context entry");
            case PTE_RESERVED -> new Known("non-zero reserved fields in PTE",
                    "reserved bits are set in an entry of the second-level tables");
            case TRANSLATION_REQUEST_BLOCKED -> new Known("PCE for translation request specifies blocking",
                    "a translation request of the device's own TLB, which its context entry blocks");
            default -> null;
        };
    }

    private static Known interrupt(int reason) {
        String prefix = "interrupt remapping: ";
        return switch (reason) {
            case 0x20 -> new Known("Detected reserved fields in the decoded interrupt-remapped request",
                    prefix + "reserved bits are set in the interrupt request");
            case 0x21 -> new Known("Interrupt index exceeded the interrupt-remapping table size",
                    prefix + "the index is beyond the table");
            case 0x22 -> new Known("Present field in the IRTE entry is clear", prefix + "the table's entry has P=0");
            case 0x23 -> new Known("Error accessing interrupt-remapping table pointed by IRTA_REG",
                    prefix + "the unit can't read the table at the address in IRTA");
            case 0x24 -> new Known("Detected reserved fields in the IRTE entry",
                    prefix + "reserved bits are set in the table's entry");
            case COMPATIBILITY_FORMAT -> new Known("Blocked a compatibility format interrupt request",
                    prefix + "a request in compatibility format, which is blocked and has no index");
            default -> new Known("Blocked an interrupt request due to source-id verification failure",
                    prefix + "the source-id is not one that the table's entry allows");
        };
    }

    private static Known tables(int reason) {
        return switch (reason) {
            case 0x30 -> new Known("SM: Invalid Root Table Address", "RTADDR has a reserved table mode (TTM), or an"
                    + " address that does not fit");
            case 0x31 -> new Known("SM: TTM 0 for request with PASID", "a request with PASID in legacy mode (TTM 0)");
            case 0x32 -> new Known("SM: TTM 0 for page group request", "a page request in legacy mode (TTM 0)");
            case 0x38 -> new Known("SM: Error attempting to access Root Entry", "the unit can't read the root entry");
            case SM_ROOT_NOT_PRESENT -> new Known("SM: Present bit in Root Entry is clear", "the root entry has P=0 in"
                    + " the half of the device: no context table for devices 00 to 0f of the bus (lower half) or 10 to"
                    + " 1f (upper half)");
            case 0x3a -> new Known("SM: Non-zero reserved field set in Root Entry",
                    "reserved bits are set in a root entry");
            case 0x40 -> new Known("SM: Error attempting to access Context Entry",
                    "the unit can't read the context entry at the address in the root entry");
            case SM_CONTEXT_NOT_PRESENT -> new Known("SM: Present bit in Context Entry is clear",
                    "the device's context entry has P=0: the device is in no domain");
            case 0x42 -> new Known("SM: Non-zero reserved field set in the Context Entry",
                    "reserved bits are set in a context entry");
            case 0x43 -> new Known("SM: Invalid Context Entry",
                    "the context entry enables what the unit does not have: DTE, PASIDE or PRE");
            case SM_TRANSLATION_REQUEST_BLOCKED -> new Known("SM: DTE field in Context Entry is clear",
                    "a request of the device's own TLB, which its context entry blocks (DTE=0)");
            case 0x45 -> new Known("SM: PASID Enable field in Context Entry is clear",
                    "a request with PASID, which the context entry does not allow (PASIDE=0)");
            case 0x46 -> new Known("SM: PASID is larger than the max in Context Entry",
                    "the PASID is beyond the device's PASID directory (PDTS)");
            case 0x47 -> new Known("SM: PRE field in Context-Entry is clear",
                    "a page request, which the context entry does not allow (PRE=0)");
            case RID_PASID_INVALID -> new Known("SM: RID_PASID field error in Context-Entry",
                    "RID_PASID of the context entry is beyond its PASID directory (PDTS)");
            case 0x50 -> new Known("SM: Error attempting to access the PASID Directory Entry",
                    "the unit can't read the PASID directory entry at the address in the context entry");
            case DIRECTORY_NOT_PRESENT -> new Known("SM: Present bit in Directory Entry is clear",
                    "the PASID directory entry has P=0");
            case 0x52 -> new Known("SM: Non-zero reserved field set in PASID Directory Entry",
                    "reserved bits are set in a PASID directory entry");
            case 0x58 -> new Known("SM: Error attempting to access PASID Table Entry",
                    "the unit can't read the PASID table entry at the address in the directory");
            case PASID_NOT_PRESENT -> new Known("SM: Present bit in PASID Table Entry is clear",
                    "the PASID table entry has P=0");
            case 0x5a -> new Known("SM: Non-zero reserved field set in PASID Table Entry",
                    "reserved bits are set in a PASID table entry");
            case 0x5b -> new Known("SM: Invalid Scalable-Mode PASID Table Entry", "the PASID table entry is invalid: a"
                    + " translation type (PGTT) or width (AW) that the unit does not support");
            case 0x5c -> new Known("SM: ERE field is clear in PASID Table Entry",
                    "a request to execute, which the PASID table entry does not allow (ERE=0)");
            case 0x5d -> new Known("SM: SRE field is clear in PASID Table Entry",
                    "a request with supervisor privilege, which the PASID table entry does not allow (SRE=0)");
            default -> null;
        };
    }

    private static Known pages(int reason) {
        return switch (reason) {
            case 0x70 -> new Known("SM: Error attempting to access first-level paging entry",
                    "a pointer to the next first-level table leads where the unit can't read");
            case FL_NOT_PRESENT -> new Known("SM: Present bit in first-level paging entry is clear",
                    "at some level of the first-level tables the entry has P=0: the address is not mapped");
            case 0x72 -> new Known("SM: Non-zero reserved field set in first-level paging entry",
                    "reserved bits are set in an entry of the first-level tables");
            case 0x73 -> new Known("SM: Error attempting to access FL-PML4 entry",
                    "the unit can't read the first-level table at the address in the PASID table entry");
            case 0x74 -> new Known("SM: First-level entry address beyond MGAW in Nested translation",
                    "nested: an entry of the first-level tables holds an address that the second level can't have");
            case 0x75 -> new Known("SM: Read permission error in FL-PML4 entry in Nested translation",
                    "nested: the second level gives no permission to read the top first-level table");
            case 0x76 -> new Known("SM: Read permission error in first-level paging entry in Nested translation",
                    "nested: the second level gives no permission to read");
            case 0x77 -> new Known("SM: Write permission error in first-level paging entry in Nested translation",
                    "nested: the second level gives no permission to write");
            case 0x78 -> new Known("SM: Error attempting to access second-level paging entry",
                    "a pointer to the next second-level table leads where the unit can't read");
            case SL_NO_PERMISSION -> new Known("SM: Read/Write permission error in second-level paging entry",
                    "no permission: at some level of the second-level tables the entry has R=0 or W=0, or is not"
                    + " present");
            case 0x7a -> new Known("SM: Non-zero reserved field set in second-level paging entry",
                    "reserved bits are set in an entry of the second-level tables");
            case 0x7b -> new Known("SM: Invalid second-level page table pointer",
                    "the unit can't read the second-level table at the address in the PASID table entry");
            case 0x7c -> new Known("SM: A/D bit update needed in second-level entry when set up in no snoop",
                    "an accessed or dirty bit of the second level can't be set in memory that is not snooped");
            case NOT_CANONICAL -> new Known("SM: Address in first-level translation is not canonical",
                    "the address is not canonical: its upper bits are not equal, as first-level translation wants");
            case 0x81 -> new Known("SM: U/S set 0 for first-level translation with user privilege",
                    "a request with user privilege to a page of the supervisor (U/S=0)");
            case 0x82 -> new Known("SM: No execute permission for request with PASID and ER=1",
                    "a request to execute from a page without that permission");
            case 0x83 -> new Known("SM: Address beyond the DMA hardware max",
                    "the address is beyond what the unit supports");
            case 0x84 -> new Known("SM: Second-level entry address beyond the max",
                    "the address is beyond what the domain can have: 2^min(MGAW, width of AW)");
            case 0x85 -> new Known("SM: No write permission for Write/AtomicOp request",
                    "no permission to write: an entry of the first-level tables has R/W=0");
            case 0x86 -> new Known("SM: No read permission for Read/AtomicOp request",
                    "no permission to read: the address is not mapped for it");
            case INTERRUPT_ADDRESS -> new Known("SM: Invalid address-interrupt address",
                    "a request that is no interrupt message to the addresses of interrupts, 0xfee00000 to 0xfeefffff");
            case 0x90 -> new Known("SM: A/D bit update needed in first-level entry when set up in no snoop",
                    "an accessed or dirty bit of the first level can't be set in memory that is not snooped");
            default -> null;
        };
    }

    /** The kernel's words for a reason; null if it has none. */
    static String words(int reason) {
        Known known = of(reason);
        return known == null ? null : known.kernel();
    }

    /** What the unit found. */
    static String meaning(int reason) {
        Known known = of(reason);
        if (known == null) {
            return "a code that is not known here; see the specification's table of fault reasons";
        }
        return known.kernel().startsWith("SM:") ? "scalable mode: " + known.meaning() : known.meaning();
    }

    /** The direction that a mapping does not allow. */
    static boolean permission(int reason) {
        return switch (reason) {
            case WRITE_NOT_PERMITTED, READ_NOT_PERMITTED, SL_NO_PERMISSION, 0x75, 0x76, 0x77, 0x85, 0x86 -> true;
            default -> false;
        };
    }

    /** P=0 was read from a root or context entry. */
    static boolean notAttached(int reason) {
        return switch (reason) {
            case ROOT_NOT_PRESENT, CONTEXT_NOT_PRESENT, SM_ROOT_NOT_PRESENT, SM_CONTEXT_NOT_PRESENT -> true;
            default -> false;
        };
    }

    /** The address itself is wrong. */
    static boolean address(int reason) {
        return switch (reason) {
            case BEYOND_WIDTH, 0x74, NOT_CANONICAL, 0x83, 0x84, INTERRUPT_ADDRESS -> true;
            default -> false;
        };
    }

    /** An entry of the tables of pages is wrong or unreadable. */
    static boolean aboutPages(int reason) {
        return reason == TABLE_UNREADABLE || reason == PTE_RESERVED || (reason >= 0x70 && reason < 0x80);
    }
}
