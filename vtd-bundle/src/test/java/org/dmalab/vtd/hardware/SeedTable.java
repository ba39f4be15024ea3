package org.dmalab.vtd.hardware;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

import org.dmalab.vtd.hardware.DmarTable.Drhd;
import org.dmalab.vtd.hardware.DmarTable.Hop;
import org.dmalab.vtd.hardware.DmarTable.Rmrr;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Structure;

/**
 * Builds the table of the seed's scenario: the one that QEMU 7.2 gives, with a unit that serves all devices and the six
 * RMRRs of the bug report.
 */
public final class SeedTable {
    private static final long[][] REGIONS = {
        {0xe8000, 0xe8fff}, {0xf4000, 0xf4fff}, {0xbdf6e000L, 0xbdf6efffL}, {0xbdf6f000L, 0xbdf7efffL},
        {0xbdf7f000L, 0xbdf82fffL}, {0xbdf83000L, 0xbdf84fffL}};

    private SeedTable() { }

    /** The bytes of a table that the bundle carries. */
    public static byte[] resource(String name) {
        try (InputStream in = DmarTable.class.getResourceAsStream("/dmar/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The constructed table. */
    public static byte[] build() {
        DmarTable original = DmarReader.read(resource("qemu-7.2.bin"));
        List<Structure> structures = new ArrayList<>();
        Drhd unit = (Drhd) original.structures().get(0);
        structures.add(new Drhd(1, unit.size(), unit.segment(), unit.base(), unit.scopes().subList(0, 1)));
        for (long[] region : REGIONS) {
            structures.add(new Rmrr(0, region[0], region[1], List.of(new Scope(1, 0, 0, 2, List.of(new Hop(0, 0))))));
        }
        structures.addAll(original.structures().subList(1, original.structures().size()));
        return DmarWriter.write(new DmarTable(original.revision(), true, original.oemId(), original.oemTableId(),
                original.oemRevision(), original.creatorId(), original.creatorRevision(), original.hostAddressBits(),
                original.flags(), structures));
    }
}
