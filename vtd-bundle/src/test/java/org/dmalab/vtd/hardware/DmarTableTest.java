package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.dmalab.vtd.hardware.DmarTable.Andd;
import org.dmalab.vtd.hardware.DmarTable.Atsr;
import org.dmalab.vtd.hardware.DmarTable.Drhd;
import org.dmalab.vtd.hardware.DmarTable.Hop;
import org.dmalab.vtd.hardware.DmarTable.Other;
import org.dmalab.vtd.hardware.DmarTable.Rhsa;
import org.dmalab.vtd.hardware.DmarTable.Rmrr;
import org.dmalab.vtd.hardware.DmarTable.Satc;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Sidp;
import org.dmalab.vtd.hardware.DmarTable.Structure;

/** Reading and writing DMAR tables. */
class DmarTableTest {
    @Example
    void realTable() {
        byte[] bytes = SeedTable.resource("qemu-7.2.bin");
        DmarTable table = DmarReader.read(bytes);
        assertEquals(39, table.hostAddressBits());
        assertEquals(1, table.flags());
        assertEquals("BOCHS ", table.oemId());
        assertEquals(false, table.checksummed());
        Drhd unit = (Drhd) table.structures().get(0);
        assertEquals(0xfed90000L, unit.base());
        assertEquals(List.of(new Scope(3, 0, 0, 0xff, List.of(new Hop(0, 0))),
                new Scope(1, 0, 0, 0, List.of(new Hop(0, 0))), new Scope(2, 0, 0, 0, List.of(new Hop(1, 0))),
                new Scope(1, 0, 0, 0, List.of(new Hop(0x1f, 0))), new Scope(1, 0, 0, 0, List.of(new Hop(0x1f, 2))),
                new Scope(1, 0, 0, 0, List.of(new Hop(0x1f, 3)))), unit.scopes());
        assertEquals(new Atsr(1, 0, List.of()), table.structures().get(1));
        assertArrayEquals(bytes, DmarWriter.write(table));
    }

    /** The table of the scenario is the real one with the seed's six regions, here and beside the scenario. */
    @Example
    void tableOfTheScenario() throws IOException {
        byte[] built = SeedTable.build();
        assertArrayEquals(built, SeedTable.resource("seed-rmrr.bin"));
        assertArrayEquals(built, Files.readAllBytes(Path.of("../scenarios/vtd/dmar/seed-rmrr.bin")));
        assertEquals(0, DmarWriter.sum(built));
        assertEquals(6, DmarReader.read(built).structures().stream().filter(Rmrr.class::isInstance).count());
    }

    @Property
    void roundTrip(@ForAll("tables") DmarTable table) {
        assertEquals(table, DmarReader.read(DmarWriter.write(table)));
    }

    @Property(tries = 100)
    void truncationIsLocated(@ForAll("tables") DmarTable table) {
        byte[] bytes = DmarWriter.write(table);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            requireLocated(assertThrows(DmarException.class, () -> DmarReader.read(cut)));
        }
    }

    /** The same with a length and checksum that fit, so that the structures themselves are cut. */
    @Property(tries = 100)
    void truncationInsideStructures(@ForAll("tables") DmarTable table) {
        byte[] bytes = DmarWriter.write(table);
        for (int length = DmarReader.HEADER_BYTES; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            for (int i = 0; i < 4; i++) {
                cut[4 + i] = (byte) (length >> 8 * i);
            }
            readsOrSaysWhere(DmarWriter.withChecksum(cut));
        }
    }

    @Property
    void corruptionIsReadOrLocated(@ForAll("tables") DmarTable table, @ForAll @IntRange(min = 0, max = 100_000) int at,
            @ForAll byte value) {
        byte[] bytes = DmarWriter.write(table);
        bytes[at % bytes.length] = value;
        readsOrSaysWhere(bytes);
        readsOrSaysWhere(DmarWriter.withChecksum(bytes));
    }

    @Property
    void garbageIsLocated(@ForAll byte[] bytes) {
        requireLocated(assertThrows(DmarException.class, () -> DmarReader.read(bytes)));
    }

    private static void readsOrSaysWhere(byte[] bytes) {
        try {
            assertArrayEquals(bytes, DmarWriter.write(DmarReader.read(bytes)));
        } catch (DmarException e) {
            requireLocated(e);
        }
    }

    private static void requireLocated(DmarException e) {
        assertTrue(e.getMessage().matches("DMAR table, offset 0x[0-9a-f]+, [^:]+: .+"), e.getMessage());
    }

    @Example
    void messages() {
        byte[] good = SeedTable.build();
        assertMessage("DMAR table, offset 0x0, header: signature \"XMAR\", expected \"DMAR\"", good, 0, 'X', false);
        assertMessage("DMAR table, offset 0x4, header: length 57, the file has 272 bytes", good, 4, 57, 5, 0, false);
        assertMessage("DMAR table, offset 0x9, header: checksum 0x01, expected 0x"
                + HexFormat.of().toHexDigits(good[9]), good, 9, 1, false);
        assertMessage("DMAR table, offset 0x32, DRHD: length 0, expected at least 16", good, 0x32, 0, true);
        assertMessage("DMAR table, offset 0x41, DRHD scope 1: length 0, expected an even number from 6", good, 0x41, 0,
                true);
        assertMessage("DMAR table, offset 0x41, DRHD scope 1: length 200, the structure has 8 bytes left", good, 0x41,
                200, true);
        assertMessage("DMAR table, offset 0x43, DRHD scope 1: reserved field is 0x7, expected 0", good, 0x43, 7, true);
        byte[] huge = new byte[DmarReader.MAXIMUM_BYTES + 1];
        assertEquals("DMAR table, offset 0x0, header: 1048577 bytes, expected at most 1048576",
                assertThrows(DmarException.class, () -> DmarReader.read(huge)).getMessage());
    }

    private static void assertMessage(String expected, byte[] good, int at, int value, boolean checksum) {
        assertMessage(expected, good, at, value, at, value, checksum);
    }

    private static void assertMessage(String expected, byte[] good, int at, int value, int at2, int value2,
            boolean checksum) {
        byte[] bad = good.clone();
        bad[at] = (byte) value;
        bad[at2] = (byte) value2;
        byte[] bytes = checksum ? DmarWriter.withChecksum(bad) : bad;
        assertEquals(expected, assertThrows(DmarException.class, () -> DmarReader.read(bytes)).getMessage());
    }

    @Example
    void structureThatIsTooLong() {
        List<Scope> scopes = java.util.Collections.nCopies(9000, new Scope(1, 0, 0, 0, List.of(new Hop(0, 0))));
        DmarTable table = new DmarTable(1, true, "OEM   ", "TABLE   ", 1, 1, 1, 39, 0,
                List.of(new Atsr(0, 0, scopes)));
        assertThrows(IllegalArgumentException.class, () -> DmarWriter.write(table));
    }

    @Provide
    Arbitrary<DmarTable> tables() {
        Arbitrary<List<Structure>> structures = structures().list().ofMaxSize(6);
        Arbitrary<String> text = Arbitraries.strings().ascii().ofLength(6);
        return Combinators.combine(bytes(), text, Arbitraries.longs().between(0, 0xffffffffL), bytes(), bytes(),
                structures).as((revision, oem, number, width, flags, list) -> new DmarTable(revision, true, oem,
                        oem + "12", number, number ^ 1, number ^ 2, width + 1, flags, list));
    }

    private static Arbitrary<Structure> structures() {
        Arbitrary<Integer> word = Arbitraries.integers().between(0, 0xffff);
        Arbitrary<Long> quad = Arbitraries.longs();
        Arbitrary<String> name = Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(20);
        return Arbitraries.oneOf(
                Combinators.combine(bytes(), bytes(), word, quad, scopes()).as(Drhd::new),
                Combinators.combine(word, quad, quad, scopes()).as(Rmrr::new),
                Combinators.combine(bytes(), word, scopes()).as(Atsr::new),
                Combinators.combine(quad, Arbitraries.longs().between(0, 0xffffffffL)).as(Rhsa::new),
                Combinators.combine(bytes(), name).as(Andd::new),
                Combinators.combine(bytes(), word, scopes()).as(Satc::new),
                Combinators.combine(word, scopes()).as(Sidp::new),
                Combinators.combine(Arbitraries.integers().between(7, 0xffff),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(20)).as((type, body) ->
                                new Other(type, HexFormat.of().formatHex(body))));
    }

    private static Arbitrary<List<Scope>> scopes() {
        Arbitrary<List<Hop>> path = Combinators.combine(bytes(), bytes()).as(Hop::new).list().ofMaxSize(4);
        return Combinators.combine(bytes(), bytes(), bytes(), bytes(), path).as(Scope::new).list().ofMaxSize(4);
    }

    private static Arbitrary<Integer> bytes() {
        return Arbitraries.integers().between(0, 0xff);
    }
}
