package org.dmalab.vtd.hardware;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

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

/** Writes an ACPI DMAR table, with its length, and with its checksum if it is to have one. */
public final class DmarWriter {
    private static final int LARGEST_STRUCTURE = 0xffff;

    private DmarWriter() { }

    /** The bytes of a table. */
    public static byte[] write(DmarTable table) {
        ByteBuffer out = ByteBuffer.allocate(DmarReader.MAXIMUM_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.put("DMAR".getBytes(StandardCharsets.ISO_8859_1)).putInt(0).put((byte) table.revision()).put((byte) 0);
        out.put(fixed(table.oemId(), 6)).put(fixed(table.oemTableId(), 8)).putInt((int) table.oemRevision());
        out.putInt((int) table.creatorId()).putInt((int) table.creatorRevision());
        out.put((byte) (table.hostAddressBits() - 1)).put((byte) table.flags()).position(DmarReader.HEADER_BYTES);
        for (Structure structure : table.structures()) {
            int start = out.position();
            out.putShort((short) typeOf(structure)).putShort((short) 0);
            body(out, structure);
            int length = out.position() - start;
            if (length > LARGEST_STRUCTURE) {
                throw new IllegalArgumentException("a structure of " + length + " bytes, at most 65535 fit");
            }
            out.putShort(start + 2, (short) length);
        }
        byte[] bytes = Arrays.copyOf(out.array(), out.position());
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4, bytes.length);
        return table.checksummed() ? withChecksum(bytes) : bytes;
    }

    /** A copy with the right checksum, as firmware leaves it in memory. */
    public static byte[] withChecksum(byte[] table) {
        byte[] bytes = table.clone();
        bytes[9] = 0;
        bytes[9] = (byte) -sum(bytes);
        return bytes;
    }

    /** Sum of all bytes modulo 256. */
    static int sum(byte[] bytes) {
        int sum = 0;
        for (byte b : bytes) {
            sum += b;
        }
        return sum & 0xff;
    }

    private static int typeOf(Structure structure) {
        if (structure instanceof Other other) {
            return other.type();
        }
        return Arrays.asList(DmarReader.NAMES).indexOf(structure.getClass().getSimpleName().toUpperCase(Locale.ROOT));
    }

    private static void body(ByteBuffer out, Structure structure) {
        if (structure instanceof Drhd unit) {
            out.put((byte) unit.flags()).put((byte) unit.size()).putShort((short) unit.segment()).putLong(unit.base());
            scopes(out, unit.scopes());
        } else if (structure instanceof Rmrr region) {
            out.putShort((short) 0).putShort((short) region.segment()).putLong(region.base()).putLong(region.limit());
            scopes(out, region.scopes());
        } else if (structure instanceof Atsr ports) {
            out.put((byte) ports.flags()).put((byte) 0).putShort((short) ports.segment());
            scopes(out, ports.scopes());
        } else if (structure instanceof Rhsa affinity) {
            out.putInt(0).putLong(affinity.base()).putInt((int) affinity.proximity());
        } else if (structure instanceof Andd device) {
            out.put(new byte[3]).put((byte) device.deviceNumber());
            out.put(device.name().getBytes(StandardCharsets.ISO_8859_1)).put((byte) 0);
        } else if (structure instanceof Satc caches) {
            out.put((byte) caches.flags()).put((byte) 0).putShort((short) caches.segment());
            scopes(out, caches.scopes());
        } else if (structure instanceof Sidp properties) {
            out.putShort((short) 0).putShort((short) properties.segment());
            scopes(out, properties.scopes());
        } else {
            out.put(HexFormat.of().parseHex(((Other) structure).body()));
        }
    }

    private static void scopes(ByteBuffer out, List<Scope> scopes) {
        for (Scope scope : scopes) {
            out.put((byte) scope.type()).put((byte) (6 + 2 * scope.path().size())).put((byte) scope.flags());
            out.put((byte) 0).put((byte) scope.enumerationId()).put((byte) scope.startBus());
            for (Hop hop : scope.path()) {
                out.put((byte) hop.device()).put((byte) hop.function());
            }
        }
    }

    private static byte[] fixed(String text, int length) {
        return Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), length);
    }
}
