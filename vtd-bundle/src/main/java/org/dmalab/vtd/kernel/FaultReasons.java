package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Text;

/** The kernel's words for fault reasons: of legacy mode, and since 5.7 of scalable mode. */
public final class FaultReasons {
    private static final long UNKNOWN = Text.id("Unknown");

    private FaultReasons() { }

    /** Text id of a reason's words. */
    public static long text(long reason) {
        String words = reason < 0x30 ? legacy((int) reason) : scalable((int) reason);
        return words == null ? UNKNOWN : Text.id(words);
    }

    private static String legacy(int reason) {
        return switch (reason) {
            case 0x0 -> "Software";
            case 0x1 -> "Present bit in root entry is clear";
            case 0x2 -> "Present bit in context entry is clear";
            case 0x3 -> "Invalid context entry";
            case 0x4 -> "Access beyond MGAW";
            case 0x5 -> "PTE Write access is not set";
            case 0x6 -> "PTE Read access is not set";
            case 0x7 -> "Next page table ptr is invalid";
            case 0x8 -> "Root table address invalid";
            case 0x9 -> "Context table ptr is invalid";
            case 0xa -> "non-zero reserved fields in RTP";
            case 0xb -> "non-zero reserved fields in CTP";
            case 0xc -> "non-zero reserved fields in PTE";
            case 0xd -> "PCE for translation request specifies blocking";
            default -> null;
        };
    }

    private static String scalable(int reason) {
        return switch (reason) {
            case 0x30 -> "SM: Invalid Root Table Address";
            case 0x31 -> "SM: TTM 0 for request with PASID";
            case 0x32 -> "SM: TTM 0 for page group request";
            case 0x38 -> "SM: Error attempting to access Root Entry";
            case 0x39 -> "SM: Present bit in Root Entry is clear";
            case 0x3a -> "SM: Non-zero reserved field set in Root Entry";
            case 0x40 -> "SM: Error attempting to access Context Entry";
            case 0x41 -> "SM: Present bit in Context Entry is clear";
            case 0x42 -> "SM: Non-zero reserved field set in the Context Entry";
            case 0x43 -> "SM: Invalid Context Entry";
            case 0x44 -> "SM: DTE field in Context Entry is clear";
            case 0x45 -> "SM: PASID Enable field in Context Entry is clear";
            case 0x46 -> "SM: PASID is larger than the max in Context Entry";
            case 0x47 -> "SM: PRE field in Context-Entry is clear";
            case 0x48 -> "SM: RID_PASID field error in Context-Entry";
            case 0x50 -> "SM: Error attempting to access the PASID Directory Entry";
            case 0x51 -> "SM: Present bit in Directory Entry is clear";
            case 0x52 -> "SM: Non-zero reserved field set in PASID Directory Entry";
            case 0x58 -> "SM: Error attempting to access PASID Table Entry";
            case 0x59 -> "SM: Present bit in PASID Table Entry is clear";
            case 0x5a -> "SM: Non-zero reserved field set in PASID Table Entry";
            case 0x5b -> "SM: Invalid Scalable-Mode PASID Table Entry";
            case 0x5c -> "SM: ERE field is clear in PASID Table Entry";
            case 0x5d -> "SM: SRE field is clear in PASID Table Entry";
            default -> pages(reason);
        };
    }

    /** Scalable mode, from the entries of page tables on. */
    private static String pages(int reason) {
        return switch (reason) {
            case 0x70 -> "SM: Error attempting to access first-level paging entry";
            case 0x71 -> "SM: Present bit in first-level paging entry is clear";
            case 0x72 -> "SM: Non-zero reserved field set in first-level paging entry";
            case 0x73 -> "SM: Error attempting to access FL-PML4 entry";
            case 0x74 -> "SM: First-level entry address beyond MGAW in Nested translation";
            case 0x75 -> "SM: Read permission error in FL-PML4 entry in Nested translation";
            case 0x76 -> "SM: Read permission error in first-level paging entry in Nested translation";
            case 0x77 -> "SM: Write permission error in first-level paging entry in Nested translation";
            case 0x78 -> "SM: Error attempting to access second-level paging entry";
            case 0x79 -> "SM: Read/Write permission error in second-level paging entry";
            case 0x7a -> "SM: Non-zero reserved field set in second-level paging entry";
            case 0x7b -> "SM: Invalid second-level page table pointer";
            case 0x7c -> "SM: A/D bit update needed in second-level entry when set up in no snoop";
            case 0x80 -> "SM: Address in first-level translation is not canonical";
            case 0x81 -> "SM: U/S set 0 for first-level translation with user privilege";
            case 0x82 -> "SM: No execute permission for request with PASID and ER=1";
            case 0x83 -> "SM: Address beyond the DMA hardware max";
            case 0x84 -> "SM: Second-level entry address beyond the max";
            case 0x85 -> "SM: No write permission for Write/AtomicOp request";
            case 0x86 -> "SM: No read permission for Read/AtomicOp request";
            case 0x87 -> "SM: Invalid address-interrupt address";
            case 0x90 -> "SM: A/D bit update needed in first-level entry when set up in no snoop";
            default -> null;
        };
    }
}
