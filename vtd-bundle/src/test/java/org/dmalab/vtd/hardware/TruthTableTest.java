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
 * {@code i2:9} an IOTLB flush; {@code s} sets the root table pointer, {@code t} switches translation off and on.
 * {@link FlushMatrixTest} has another measured table.
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
        {"SRTP", "s", "06/OLD/06", "06/OLD/06", "OK/OK/OK"},
        {"TE off and on", "t", "06/OLD/06", "06/OLD/06", "OK/OK/OK"},
        {"ctx+IOTLB GLOBAL", "c1:0:0 i1:0", "OK/OK/OK", "OK/OK/OK", "OK/OK/OK"},
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
        assertEquals(expected, outcome(rig), row);
    }

    private static void pages(Rig rig) {
        rig.memory.put(OLD_PAGE, 8, 1);
        rig.memory.put(NEW_PAGE, 8, 2);
    }

    private static String outcome(Rig rig) {
        rig.clearFaults();
        DmaMaster.Access access = rig.read(IOVA);
        return switch (access.outcome()) {
            case FAULT -> String.format("%02x", rig.faultReason(0));
            case DROPPED -> "drop";
            default -> access.value() == 1 ? "OLD" : "OK";
        };
    }

    private static void flush(Rig rig, String steps) {
        for (String step : steps.split(" ")) {
            String[] part = step.split(":");
            if (step.startsWith("c")) {
                rig.contextFlush(part[0].charAt(1) - '0', Integer.parseInt(part[1]), Integer.parseInt(part[2], 16));
            } else if (step.startsWith("i")) {
                rig.iotlbFlush(part[0].charAt(1) - '0', Integer.parseInt(part[1]),
                        part.length > 2 ? Long.parseLong(part[2], 16) : 0);
            } else if (step.equals("s")) {
                rig.unit.write(Reg.GCMD, 4, Reg.TE | Reg.SRTP);
            } else if (step.equals("t")) {
                rig.unit.write(Reg.GCMD, 4, 0);
                rig.unit.write(Reg.GCMD, 4, Reg.TE);
            }
        }
    }
}
