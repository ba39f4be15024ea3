package org.dmalab.vtd.tool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.dmalab.vtd.hardware.DmarReader;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarTable.Andd;
import org.dmalab.vtd.hardware.DmarTable.Atsr;
import org.dmalab.vtd.hardware.DmarTable.Drhd;
import org.dmalab.vtd.hardware.DmarTable.Hop;
import org.dmalab.vtd.hardware.DmarTable.Rhsa;
import org.dmalab.vtd.hardware.DmarTable.Rmrr;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Structure;
import org.dmalab.vtd.hardware.DmarWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our reading of tables beside that of ACPICA's disassembler (Debian's acpica-tools), field by field. */
class IaslTest {
    private static final Pattern FIELD = Pattern.compile("\\[[0-9A-F]+h [0-9]+ +[0-9]+\\] +([^:]+) : (.*)");
    private static final int TABLES = 40;
    private static final long SEED = 20261201;

    @TempDir
    private Path folder;

    @BeforeAll
    static void iaslIsInstalled() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/iasl")), "apt-get install acpica-tools");
    }

    @Test
    void randomTablesAreReadAlike() throws IOException, InterruptedException {
        Random random = new Random(SEED);
        for (int i = 0; i < TABLES; i++) {
            byte[] bytes = DmarWriter.write(table(random));
            assertEquals(fieldsOf(disassembled(bytes)), fieldsOf(DmarReader.inspect(bytes).table(), bytes));
        }
    }

    @Test
    void itsOutputIsReadBack() throws IOException, InterruptedException {
        Random random = new Random(SEED);
        for (int i = 0; i < TABLES / 4; i++) {
            byte[] bytes = DmarWriter.write(table(random));
            String text = disassembled(bytes);
            assertArrayEquals(bytes, DmarInput.table(text.getBytes(StandardCharsets.ISO_8859_1)));
            String source = text.substring(0, text.indexOf("Raw Table Data"));
            assertArrayEquals(bytes, DmarInput.table(source.getBytes(StandardCharsets.ISO_8859_1)));
        }
    }

    private String disassembled(byte[] table) throws IOException, InterruptedException {
        Path file = folder.resolve("dmar.bin");
        Files.write(file, table);
        Process iasl = new ProcessBuilder("/usr/bin/iasl", "-d", file.toString()).directory(folder.toFile())
                .redirectErrorStream(true).start();
        String said = new String(iasl.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertEquals(0, iasl.waitFor(), said);
        return Files.readString(folder.resolve("dmar.dsl"), StandardCharsets.ISO_8859_1);
    }

    /** The values of iasl's fields in their order, numbers without leading zeros. */
    private static List<String> fieldsOf(String text) {
        List<String> fields = new ArrayList<>();
        text.lines().map(FIELD::matcher).filter(Matcher::matches).forEach(field -> {
            String value = field.group(2).replaceAll(" ?\\[.*", "").strip();
            if (!field.group(1).strip().equals("Reserved")) {
                fields.add(field.group(1).strip() + "=" + (value.startsWith("\"") ? value.replaceAll("\"", "")
                        : value.toLowerCase(java.util.Locale.ROOT)));
            }
        });
        return fields;
    }

    private static List<String> fieldsOf(DmarTable table, byte[] bytes) {
        List<String> fields = new ArrayList<>(List.of("Signature=DMAR", String.format("Table Length=%08x",
                bytes.length),
                String.format("Revision=%02x", table.revision()), String.format("Checksum=%02x", bytes[9] & 0xff),
                "Oem ID=" + DmarWords.text(table.oemId()), "Oem Table ID=" + DmarWords.text(table.oemTableId()),
                String.format("Oem Revision=%08x", table.oemRevision()),
                "Asl Compiler ID=" + DmarWords.characters(table.creatorId()),
                String.format("Asl Compiler Revision=%08x", table.creatorRevision()),
                String.format("Host Address Width=%02x", table.hostAddressBits() - 1),
                String.format("Flags=%02x", table.flags())));
        table.structures().forEach(structure -> structure(structure, fields));
        return fields;
    }

    private static void structure(Structure structure, List<String> fields) {
        if (structure instanceof Drhd unit) {
            head(0, 16, structure, fields);
            fields.add(String.format("Flags=%02x", unit.flags()));
            fields.add(String.format("PCI Segment Number=%04x", unit.segment()));
            fields.add(String.format("Register Base Address=%016x", unit.base()));
        } else if (structure instanceof Rmrr region) {
            head(1, 24, structure, fields);
            fields.add(String.format("PCI Segment Number=%04x", region.segment()));
            fields.add(String.format("Base Address=%016x", region.base()));
            fields.add(String.format("End Address (limit)=%016x", region.limit()));
        } else if (structure instanceof Atsr ports) {
            head(2, 8, structure, fields);
            fields.add(String.format("Flags=%02x", ports.flags()));
            fields.add(String.format("PCI Segment Number=%04x", ports.segment()));
        } else if (structure instanceof Rhsa affinity) {
            head(3, 20, structure, fields);
            fields.add(String.format("Base Address=%016x", affinity.base()));
            fields.add(String.format("Proximity Domain=%08x", affinity.proximity()));
        } else {
            Andd device = (Andd) structure;
            head(4, 9 + device.name().length(), structure, fields);
            fields.add(String.format("Device Number=%02x", device.deviceNumber()));
            fields.add("Device Name=" + device.name());
        }
        DmarWords.scopes(structure).forEach(scope -> scope(scope, fields));
    }

    private static void head(int type, int fixed, Structure structure, List<String> fields) {
        int scopes = DmarWords.scopes(structure).stream().mapToInt(scope -> 6 + 2 * scope.path().size()).sum();
        fields.add(String.format("Subtable Type=%04x", type));
        fields.add(String.format("Length=%04x", fixed + scopes));
    }

    private static void scope(Scope scope, List<String> fields) {
        fields.add(String.format("Device Scope Type=%02x", scope.type()));
        fields.add(String.format("Entry Length=%02x", 6 + 2 * scope.path().size()));
        fields.add(String.format("Enumeration ID=%02x", scope.enumerationId()));
        fields.add(String.format("PCI Bus Number=%02x", scope.startBus()));
        scope.path().forEach(hop -> fields.add(String.format("PCI Path=%02x,%02x", hop.device(), hop.function())));
    }

    private static DmarTable table(Random random) {
        List<Structure> structures = new ArrayList<>();
        for (int type = 0; type < 5; type++) {
            for (int count = random.nextInt(3); count > 0; count--) {
                structures.add(structure(type, random));
            }
        }
        return new DmarTable(random.nextInt(256), true, "OEM" + random.nextInt(900), "TABLE" + random.nextInt(900),
                random.nextInt() & 0xffffffffL, 0x4c544e49, random.nextInt() & 0xffffffffL, 1 + random.nextInt(256),
                random.nextInt(8), structures);
    }

    private static Structure structure(int type, Random random) {
        int segment = random.nextInt(0x10000);
        return switch (type) {
            case 0 -> new Drhd(random.nextInt(2), 0, segment, random.nextLong(), scopes(random));
            case 1 -> new Rmrr(segment, random.nextLong(), random.nextLong(), scopes(random));
            case 2 -> new Atsr(random.nextInt(2), segment, scopes(random));
            case 3 -> new Rhsa(random.nextLong(), random.nextInt() & 0xffffffffL);
            default -> new Andd(random.nextInt(256), "\\_SB.PCI" + HexFormat.of().toHexDigits(random.nextInt()));
        };
    }

    private static List<Scope> scopes(Random random) {
        List<Scope> scopes = new ArrayList<>();
        for (int count = random.nextInt(3); count > 0; count--) {
            List<Hop> path = new ArrayList<>();
            for (int hops = 1 + random.nextInt(3); hops > 0; hops--) {
                path.add(new Hop(random.nextInt(32), random.nextInt(8)));
            }
            scopes.add(new Scope(1 + random.nextInt(5), 0, random.nextInt(256), random.nextInt(256), path));
        }
        assertTrue(scopes.size() < 3);
        return scopes;
    }
}
