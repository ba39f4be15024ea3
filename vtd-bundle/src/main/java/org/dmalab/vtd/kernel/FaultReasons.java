package org.dmalab.vtd.kernel;

import java.util.Arrays;

import org.dmalab.api.cpu.Text;

/** The kernel's words for fault reasons: of legacy mode, and since 5.7 of scalable mode. */
public final class FaultReasons {
    private static final int SCALABLE = 0x30;
    private static final long UNKNOWN = Text.id("Unknown");
    private static final long[] LEGACY_WORDS = ids(
            "Software",
            "Present bit in root entry is clear",
            "Present bit in context entry is clear",
            "Invalid context entry",
            "Access beyond MGAW",
            "PTE Write access is not set",
            "PTE Read access is not set",
            "Next page table ptr is invalid",
            "Root table address invalid",
            "Context table ptr is invalid",
            "non-zero reserved fields in RTP",
            "non-zero reserved fields in CTP",
            "non-zero reserved fields in PTE",
            "PCE for translation request specifies blocking");
    private static final long[][] SCALABLE_WORDS = { // eight reasons a row, from 0x30 on
        ids("SM: Invalid Root Table Address",
            "SM: TTM 0 for request with PASID",
            "SM: TTM 0 for page group request"),
        ids("SM: Error attempting to access Root Entry",
            "SM: Present bit in Root Entry is clear",
            "SM: Non-zero reserved field set in Root Entry"),
        ids("SM: Error attempting to access Context Entry",
            "SM: Present bit in Context Entry is clear",
            "SM: Non-zero reserved field set in the Context Entry",
            "SM: Invalid Context Entry",
            "SM: DTE field in Context Entry is clear",
            "SM: PASID Enable field in Context Entry is clear",
            "SM: PASID is larger than the max in Context Entry",
            "SM: PRE field in Context-Entry is clear"),
        ids("SM: RID_PASID field error in Context-Entry"),
        ids("SM: Error attempting to access the PASID Directory Entry",
            "SM: Present bit in Directory Entry is clear",
            "SM: Non-zero reserved field set in PASID Directory Entry"),
        ids("SM: Error attempting to access PASID Table Entry",
            "SM: Present bit in PASID Table Entry is clear",
            "SM: Non-zero reserved field set in PASID Table Entry",
            "SM: Invalid Scalable-Mode PASID Table Entry",
            "SM: ERE field is clear in PASID Table Entry",
            "SM: SRE field is clear in PASID Table Entry"),
        ids(),
        ids(),
        ids("SM: Error attempting to access first-level paging entry",
            "SM: Present bit in first-level paging entry is clear",
            "SM: Non-zero reserved field set in first-level paging entry",
            "SM: Error attempting to access FL-PML4 entry",
            "SM: First-level entry address beyond MGAW in Nested translation",
            "SM: Read permission error in FL-PML4 entry in Nested translation",
            "SM: Read permission error in first-level paging entry in Nested translation",
            "SM: Write permission error in first-level paging entry in Nested translation"),
        ids("SM: Error attempting to access second-level paging entry",
            "SM: Read/Write permission error in second-level paging entry",
            "SM: Non-zero reserved field set in second-level paging entry",
            "SM: Invalid second-level page table pointer",
            "SM: A/D bit update needed in second-level entry when set up in no snoop"),
        ids("SM: Address in first-level translation is not canonical",
            "SM: U/S set 0 for first-level translation with user privilege",
            "SM: No execute permission for request with PASID and ER=1",
            "SM: Address beyond the DMA hardware max",
            "SM: Second-level entry address beyond the max",
            "SM: No write permission for Write/AtomicOp request",
            "SM: No read permission for Read/AtomicOp request",
            "SM: Invalid address-interrupt address"),
        ids(),
        ids("SM: A/D bit update needed in first-level entry when set up in no snoop")};

    private FaultReasons() { }

    private static long[] ids(String... words) {
        return Arrays.stream(words).mapToLong(Text::id).toArray();
    }

    /** Text id of a reason's words. */
    public static long text(long reason) {
        if (reason < SCALABLE) {
            return word(LEGACY_WORDS, reason);
        }
        long row = reason - SCALABLE >>> 3;
        return row < SCALABLE_WORDS.length ? word(SCALABLE_WORDS[(int) row], reason & 7) : UNKNOWN;
    }

    private static long word(long[] words, long index) {
        return index >= 0 && index < words.length ? words[(int) index] : UNKNOWN;
    }
}
