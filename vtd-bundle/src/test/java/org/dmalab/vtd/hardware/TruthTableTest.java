package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.dmalab.api.port.DmaMaster;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a device reads after its context entry was rewritten and the caches were flushed in one way or another. The
 * columns of QEMU were measured on QEMU 7.2; those of strict and sid-only follow from the rules of the specification.
 *
 * <p>A flush is a text of steps: {@code c3:5:0200} is a context flush with scope 3, domain-id 5, source-id 0200;
 * {@code i2:9} an IOTLB flush; {@code dma} a DMA of the device in between.
 */
class TruthTableTest {
    private static final int OLD = 5;
    private static final int NEW = 9;
    private static final long IOVA = 0xfffff000L;
    private static final long WARM = 0x1000;
    private static final long OLD_PAGE = 0x4000000;
    private static final long NEW_PAGE = 0x5000000;
    private static final long WARM_PAGE = 0x6000000;

    /** Rows: name, flush, then A/B1/B2 for strict, sid-only and QEMU. */
    private static final String[][] SWITCHED = {
        {"none", "", "06/OLD/06", "06/OLD/06", "06/OLD/drop"},
        {"ctx DEV new did", "c3:9:0200", "06/OLD/06", "OK/OK/OK", "OK/OLD/drop"},
        {"ctx DEV old did", "c3:5:0200", "OK/OK/OK", "OK/OK/OK", "OK/OLD/drop"},
        {"ctx DEV unrelated did", "c3:7:0200", "06/OLD/06", "OK/OK/OK", "OK/OLD/drop"},
        {"ctx DEV old did, wrong SID", "c3:5:0208", "06/OLD/06", "06/OLD/06", "06/OLD/drop"},
        {"ctx DOMAIN new did", "c2:9:0", "06/OLD/06", "06/OLD/06", "OK/OLD/drop"},
        {"IOTLB DSI new", "i2:9", "06/OLD/06", "06/OLD/06", "06/OLD/drop"},
        {"IOTLB DSI old", "i2:5", "06/OLD/06", "06/OLD/06", "06/OLD/06"},
        {"v1: ctx+DSI new", "c3:9:0200 i2:9", "06/OLD/06", "OK/OK/OK", "OK/OLD/drop"},
        {"ctx new + DSI old", "c3:9:0200 i2:5", "06/OLD/06", "OK/OK/OK", "OK/OK/OK"},
        {"ctx old + DSI new", "c3:5:0200 i2:9", "OK/OK/OK", "OK/OK/OK", "OK/OLD/drop"},
        {"v2: ctx+DSI old", "c3:5:0200 i2:5", "OK/OK/OK", "OK/OK/OK", "OK/OK/OK"},
        {"ctx old + PSI(old, page)", "c3:5:0200 i3:5:fffff000", "OK/OK/OK", "OK/OK/OK", "OK/OK/OK"},
        {"ctx did0 + DSI new", "c3:0:0200 i2:9", "06/OLD/06", "OK/OK/OK", "OK/OLD/drop"},
        {"ctx GLOBAL only", "c1:0:0", "OK/OK/OK", "OK/OK/OK", "OK/OLD/drop"},
        {"ctx+IOTLB GLOBAL", "c1:0:0 i1:0", "OK/OK/OK", "OK/OK/OK", "OK/OK/OK"},
    };

    /** The measured table of 33 flushes: ctx, ctxWO, pte, pteNP. */
    private static final String[][] MEASURED = {
        {"", "OLD", "silent0", "OLD", "NEW"},
        {"c3:5:0200", "OLD", "silent0", "OLD", "NEW"},
        {"c3:9:0200", "OLD", "silent0", "OLD", "NEW"},
        {"c3:5:0020", "OLD", "silent0", "OLD", "NEW"},
        {"c2:5:0", "OLD", "silent0", "OLD", "NEW"},
        {"c2:9:0", "OLD", "silent0", "OLD", "NEW"},
        {"c1:0:0", "OLD", "silent0", "OLD", "NEW"},
        {"i2:9", "OLD", "silent0", "OLD", "NEW"},
        {"i2:5", "OLD", "F6", "NEW", "NEW"},
        {"i2:0", "OLD", "silent0", "OLD", "NEW"},
        {"i3:9:fffff000", "OLD", "silent0", "OLD", "NEW"},
        {"i3:5:fffff000", "OLD", "F6", "NEW", "NEW"},
        {"i3:5:ffffe000", "OLD", "silent0", "OLD", "NEW"},
        {"i3:5:ffff8003", "OLD", "F6", "NEW", "NEW"},
        {"i1:0", "OLD", "F6", "NEW", "NEW"},
        {"c3:5:0200 i2:9", "OLD", "silent0", "OLD", "NEW"},
        {"c3:0:0200 i2:9", "OLD", "silent0", "OLD", "NEW"},
        {"c3:5:0200 i2:5", "NEW", "NEW", "NEW", "NEW"},
        {"c3:9:0200 i2:5", "NEW", "NEW", "NEW", "NEW"},
        {"c2:5:0 i2:5", "NEW", "NEW", "NEW", "NEW"},
        {"c2:9:0 i2:9", "OLD", "silent0", "OLD", "NEW"},
        {"c2:9:0 i2:5", "NEW", "NEW", "NEW", "NEW"},
        {"c3:5:0020 i2:5", "OLD", "F6", "NEW", "NEW"},
        {"i2:5 c3:5:0200", "NEW", "NEW", "NEW", "NEW"},
        {"i2:5 inflight c3:5:0200", "OLD", "silent0", "NEW", "NEW"},
        {"c3:5:0200 inflight i2:5", "NEW", "NEW", "NEW", "NEW"},
        {"c3:5:0200 inflight i2:9", "OLD", "silent0", "OLD", "NEW"},
        {"c3:5:0200 i2:5 inflight", "NEW", "NEW", "NEW", "NEW"},
        {"c1:0:0 i1:0", "NEW", "NEW", "NEW", "NEW"},
        {"srtp", "NEW", "NEW", "NEW", "NEW"},
        {"te", "NEW", "NEW", "NEW", "NEW"},
        {"wbf", "OLD", "silent0", "OLD", "NEW"},
        {"master", "OLD", "silent0", "OLD", "NEW"},
    };

    static Stream<Arguments> switched() {
        List<Arguments> cells = new ArrayList<>();
        UnitProfile[] profiles = {Rig.STRICT, Rig.SID_ONLY, Rig.QEMU};
        String[] names = {"strict", "sid-only", "qemu-7.2"};
        String[] variants = {"A", "B1", "B2"};
        for (String[] row : SWITCHED) {
            for (int profile = 0; profile < 3; profile++) {
                String[] outcomes = row[2 + profile].split("/");
                for (int variant = 0; variant < 3; variant++) {
                    cells.add(Arguments.of(row[0], names[profile], variants[variant], profiles[profile], row[1],
                            outcomes[variant]));
                }
            }
        }
        return cells.stream();
    }

    @ParameterizedTest(name = "{0}, {1}, {2}")
    @MethodSource("switched")
    void contextSwitched(String row, String profileName, String variant, UnitProfile profile, String flush,
            String expected) {
        Rig rig = new Rig(profile);
        long oldTable = rig.newTable();
        long newTable = rig.newTable();
        pages(rig);
        rig.map(oldTable, WARM, WARM_PAGE, 3);
        rig.map(newTable, WARM, WARM_PAGE, 3);
        rig.map(newTable, IOVA, NEW_PAGE, 3);
        if (!variant.equals("A")) {
            rig.map(oldTable, IOVA, OLD_PAGE, variant.equals("B1") ? 3 : 2);
        }
        rig.context(Rig.SID, OLD, oldTable);
        rig.start();
        assertEquals(DmaMaster.Outcome.OK, rig.read(WARM).outcome());
        if (variant.equals("B1")) {
            assertEquals(1, rig.read(IOVA).value());
        } else if (variant.equals("B2")) {
            rig.write(IOVA);
            rig.memory.put(OLD_PAGE, 8, 1);
        }
        rig.context(Rig.SID, NEW, newTable);
        flush(rig, flush);
        assertEquals(expected, outcome(rig, "06", "drop", "OK"), row);
    }

    static Stream<Arguments> measured() {
        List<Arguments> cells = new ArrayList<>();
        String[] changes = {"ctx", "ctxWO", "pte", "pteNP"};
        for (int row = 0; row < MEASURED.length; row++) {
            for (int change = 0; change < changes.length; change++) {
                for (boolean queued : new boolean[] {false, true}) {
                    cells.add(Arguments.of(row + 1, MEASURED[row][0], changes[change], queued,
                            MEASURED[row][1 + change]));
                }
            }
        }
        return cells.stream();
    }

    @ParameterizedTest(name = "{0}: {1} x {2}, queued {3}")
    @MethodSource("measured")
    void asQemuDoes(int row, String flush, String change, boolean queued, String expected) {
        Rig rig = new Rig(Rig.QEMU);
        long oldTable = rig.newTable();
        long newTable = rig.newTable();
        pages(rig);
        boolean writeOnly = change.equals("ctxWO");
        rig.map(oldTable, IOVA, OLD_PAGE, change.equals("pteNP") ? 0 : writeOnly ? 2 : 3);
        rig.map(newTable, IOVA, NEW_PAGE, 3);
        if (change.equals("pteNP")) {
            rig.memory.put(rig.pteAddress(oldTable, IOVA), 8, 0);
        }
        rig.context(Rig.SID, OLD, oldTable);
        rig.start();
        if (writeOnly) {
            rig.write(IOVA);
            rig.memory.put(OLD_PAGE, 8, 1);
        } else {
            rig.read(IOVA);
        }
        rig.clearFaults();
        if (change.startsWith("ctx")) {
            rig.context(Rig.SID, NEW, newTable);
        } else {
            rig.map(oldTable, IOVA, NEW_PAGE, 3);
        }
        if (queued) {
            new Queue(rig).enable();
            flushQueued(rig, flush);
        } else {
            flush(rig, flush);
        }
        assertEquals(expected, outcome(rig, "F6", "silent0", "NEW"), flush);
    }

    private static void pages(Rig rig) {
        rig.memory.put(OLD_PAGE, 8, 1);
        rig.memory.put(NEW_PAGE, 8, 2);
    }

    private static String outcome(Rig rig, String fault, String dropped, String fresh) {
        rig.clearFaults();
        DmaMaster.Access access = rig.read(IOVA);
        if (access.outcome() == DmaMaster.Outcome.FAULT) {
            assertEquals(6, rig.faultReason(0));
            return fault;
        }
        return access.outcome() == DmaMaster.Outcome.DROPPED ? dropped : access.value() == 1 ? "OLD" : fresh;
    }

    private static void flush(Rig rig, String steps) {
        for (String step : steps.split(" ")) {
            String[] part = step.split(":");
            switch (part[0].isEmpty() ? ' ' : part[0].charAt(0)) {
                case 'c' -> rig.contextFlush(part[0].charAt(1) - '0', Integer.parseInt(part[1]),
                        Integer.parseInt(part[2], 16));
                case 'i' -> {
                    if (step.equals("inflight")) {
                        inflight(rig);
                    } else {
                        rig.iotlbFlush(part[0].charAt(1) - '0', Integer.parseInt(part[1]),
                                part.length > 2 ? Long.parseLong(part[2], 16) : 0);
                    }
                }
                default -> command(rig, step);
            }
        }
    }

    private static void inflight(Rig rig) {
        rig.read(IOVA);
        rig.write(IOVA);
        rig.memory.put(OLD_PAGE, 8, 1);
        rig.memory.put(NEW_PAGE, 8, 2);
    }

    private static void command(Rig rig, String step) {
        long kept = rig.unit.peek(Reg.GSTS, 4) & Reg.PERSISTENT;
        switch (step) {
            case "srtp" -> rig.unit.write(Reg.GCMD, 4, kept | Reg.SRTP);
            case "te" -> {
                rig.unit.write(Reg.GCMD, 4, kept & ~Reg.TE);
                rig.unit.write(Reg.GCMD, 4, kept);
            }
            case "wbf" -> rig.unit.write(Reg.GCMD, 4, kept | Reg.WBF);
            default -> { } // no flush; the remapping unit does not see a device's bus-master bit
        }
    }

    private static void flushQueued(Rig rig, String steps) {
        Queue queue = new Queue(rig);
        for (String step : steps.split(" ")) {
            String[] part = step.split(":");
            if (step.startsWith("c")) {
                queue.submit(1 | (part[0].charAt(1) - '0') << 4 | Long.parseLong(part[1]) << 16
                        | Long.parseLong(part[2], 16) << 32, 0);
            } else if (step.startsWith("i") && !step.equals("inflight")) {
                queue.submit(2 | (part[0].charAt(1) - '0') << 4 | 3 << 6 | Long.parseLong(part[1]) << 16,
                        part.length > 2 ? Long.parseLong(part[2], 16) : 0);
            } else {
                flush(rig, step);
            }
        }
    }

    /** The invalidation queue as software uses it. */
    private record Queue(Rig rig) {
        private static final long BASE = 0x700000;

        void enable() {
            rig.unit.write(Reg.IQA, 8, BASE);
            rig.unit.write(Reg.IQT, 8, 0);
            rig.unit.write(Reg.GCMD, 4, rig.unit.peek(Reg.GSTS, 4) & Reg.PERSISTENT | Reg.QIE);
        }

        void submit(long low, long high) {
            long tail = rig.unit.read(Reg.IQT, 8);
            rig.memory.put(BASE + tail, 8, low);
            rig.memory.put(BASE + tail + 8, 8, high);
            rig.unit.write(Reg.IQT, 8, tail + 16);
            assertEquals(tail + 16, rig.unit.read(Reg.IQH, 8));
        }
    }
}
