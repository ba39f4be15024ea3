package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.vtd.hardware.FlushMatrix.Change;
import org.dmalab.vtd.hardware.FlushMatrix.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of flushes: under qemu-7.2 what was measured, under the others what the rules of the caches say. */
class FlushMatrixTest {
    /** As measured on QEMU 7.2.22, by register and by queue: flush, ctx, ctxWO, pte, pteWO, pteNP, ptePerm. */
    private static final String MEASURED = """
            | no flush | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | CC dev(did=OLD,sid) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | CC dev(did=NEW,sid) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | CC dev(did=OLD,wrong sid 0x20) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | CC domain(OLD) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | CC domain(NEW) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | CC global | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | IOTLB DSI(NEW) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | IOTLB DSI(OLD) | OLD | F6 | NEW | NEW | NEW | F6 |
            | IOTLB DSI(0) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | IOTLB PSI(NEW,iova,am0) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | IOTLB PSI(OLD,iova,am0) | OLD | F6 | NEW | NEW | NEW | F6 |
            | IOTLB PSI(OLD,iova-0x1000,am0) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | IOTLB PSI(OLD,iova&~7fff,am3) | OLD | F6 | NEW | NEW | NEW | F6 |
            | IOTLB global | OLD | F6 | NEW | NEW | NEW | F6 |
            | CC dev(OLD) + DSI(NEW) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | CC dev(did0,sid) + DSI(NEW) [old kernel, CM=1] | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | CC dev(OLD) + DSI(OLD)   [the v2 fix] | NEW | NEW | NEW | NEW | NEW | F6 |
            | CC dev(NEW) + DSI(OLD) | NEW | NEW | NEW | NEW | NEW | F6 |
            | CC dom(OLD) + DSI(OLD) | NEW | NEW | NEW | NEW | NEW | F6 |
            | CC dom(NEW) + DSI(NEW) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | CC dom(NEW) + DSI(OLD) | NEW | NEW | NEW | NEW | NEW | F6 |
            | CC dev(OLD,wrong sid 0x20) + DSI(OLD) | OLD | F6 | NEW | NEW | NEW | F6 |
            | DSI(OLD) then CC dev(OLD)  [order swapped] | NEW | NEW | NEW | NEW | NEW | F6 |
            | DSI(OLD), in-flight DMA, CC dev(OLD) | OLD | silent0 | NEW | NEW | NEW | silent0 |
            | CC dev(OLD), in-flight DMA, DSI(OLD) | NEW | NEW | NEW | NEW | NEW | F6 |
            | CC dev(OLD), in-flight DMA, DSI(NEW) | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | CC dev(OLD) + DSI(OLD), in-flight DMA after | NEW | NEW | NEW | NEW | NEW | silent0 |
            | CC global + IOTLB global | NEW | NEW | NEW | NEW | NEW | F6 |
            | GCMD.SRTP only (same root) | NEW | NEW | NEW | NEW | NEW | F6 |
            | GCMD.TE off/on | NEW | NEW | NEW | NEW | NEW | F6 |
            | WBF | OLD | silent0 | OLD | silent0 | NEW | OLD |
            | device bus-master off/on | OLD | silent0 | OLD | silent0 | NEW | OLD |
            """;

    private static final Capabilities REGISTERS = new Capabilities(0x00d2008c22260206L, 0xf42);

    @ParameterizedTest
    @ValueSource(longs = {0, 1 << 2, 1 << 6})
    void asMeasuredOnQemu(long ecapBits) {
        Capabilities capabilities = new Capabilities(REGISTERS.cap(), REGISTERS.ecap() ^ ecapBits);
        for (boolean queued : new boolean[] {false, true}) {
            assertEquals(MEASURED, print(FlushMatrix.compute(UnitProfile.QEMU_7_2, capabilities, queued)),
                    "queued " + queued);
        }
        Capabilities scalable = new Capabilities(0x00d2008c222f0606L, 0x0000480080000f42L); // in legacy format
        assertEquals(MEASURED, print(FlushMatrix.compute(UnitProfile.QEMU_7_2, scalable, true)));
        Capabilities wide = new Capabilities(0x00d2008c222f0606L, REGISTERS.ecap());
        assertEquals(FlushMatrix.compute(UnitProfile.QEMU_7_2), FlushMatrix.compute(UnitProfile.QEMU_7_2, wide, false));
    }

    /**
     * Derived: the context entry decides the domain-id and with it the IOTLB entries that are seen, so that the context
     * flush is the cure; a hit without permission is a fault.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void byDomainId(boolean strict) {
        List<String> cures = new ArrayList<>(List.of("CC dev(did=OLD,sid)", "CC domain(OLD)", "CC global",
                "CC dev(OLD) + DSI(NEW)", "CC dev(OLD) + DSI(OLD)   [the v2 fix]", "CC dom(OLD) + DSI(OLD)",
                "DSI(OLD) then CC dev(OLD)  [order swapped]", "DSI(OLD), in-flight DMA, CC dev(OLD)",
                "CC dev(OLD), in-flight DMA, DSI(OLD)", "CC dev(OLD), in-flight DMA, DSI(NEW)",
                "CC dev(OLD) + DSI(OLD), in-flight DMA after", "CC global + IOTLB global"));
        if (!strict) {
            cures.addAll(List.of("CC dev(did=NEW,sid)", "CC dev(did0,sid) + DSI(NEW) [old kernel, CM=1]",
                    "CC dev(NEW) + DSI(OLD)"));
        }
        List<String> translationsOfOld = List.of("IOTLB DSI(OLD)", "IOTLB PSI(OLD,iova,am0)",
                "IOTLB PSI(OLD,iova&~7fff,am3)", "IOTLB global", "CC dev(OLD) + DSI(OLD)   [the v2 fix]",
                "CC dev(NEW) + DSI(OLD)", "CC dom(OLD) + DSI(OLD)", "CC dom(NEW) + DSI(OLD)",
                "CC dev(OLD,wrong sid 0x20) + DSI(OLD)", "DSI(OLD) then CC dev(OLD)  [order swapped]",
                "DSI(OLD), in-flight DMA, CC dev(OLD)", "CC dev(OLD), in-flight DMA, DSI(OLD)",
                "CC dev(OLD) + DSI(OLD), in-flight DMA after", "CC global + IOTLB global");
        List<Row> rows = FlushMatrix.compute(strict ? UnitProfile.STRICT : UnitProfile.SID_ONLY);
        for (Row row : rows) {
            boolean cured = cures.contains(row.flush());
            boolean walked = translationsOfOld.contains(row.flush());
            assertEquals(List.of(cured ? "NEW" : "OLD", cured ? "NEW" : "F6", walked ? "NEW" : "OLD",
                    walked ? "NEW" : "F6", "NEW", walked ? "F6" : "OLD"), row.outcomes(),
                    row.flush());
        }
        List<String> names = rows.stream().map(Row::flush).toList();
        assertTrue(names.containsAll(cures) && names.containsAll(translationsOfOld));
    }

    /** Derived: with CAP.CM=1 a PTE that was not present stays so until its page is flushed; QEMU never keeps it. */
    @Test
    void cachingMode() {
        Capabilities capabilities = new Capabilities(REGISTERS.cap() | 1 << 7, REGISTERS.ecap());
        for (Row row : FlushMatrix.compute(UnitProfile.STRICT, capabilities, false)) {
            boolean walked = row.outcome(Change.PAGE).equals("NEW");
            assertEquals(walked ? "NEW" : "F6", row.outcome(Change.PAGE_NOT_PRESENT), row.flush());
        }
        assertEquals(FlushMatrix.compute(UnitProfile.QEMU_7_2),
                FlushMatrix.compute(UnitProfile.QEMU_7_2, capabilities, false));
    }

    private static String print(List<Row> rows) {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            text.append("| ").append(row.flush()).append(" | ").append(String.join(" | ", row.outcomes()))
                    .append(" |\n");
        }
        return text.toString();
    }
}
