package org.dmalab.vtd.hardware;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import org.dmalab.vtd.hardware.DmarTable.Andd;
import org.dmalab.vtd.hardware.DmarTable.Atsr;
import org.dmalab.vtd.hardware.DmarTable.Drhd;
import org.dmalab.vtd.hardware.DmarTable.Hop;
import org.dmalab.vtd.hardware.DmarTable.Other;
import org.dmalab.vtd.hardware.DmarTable.Rhsa;
import org.dmalab.vtd.hardware.DmarTable.Rmrr;
import org.dmalab.vtd.hardware.DmarTable.Satc;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Structure;

/**
 * Reads an ACPI DMAR table; the input is not trusted. {@link #read} takes it for a machine: the checksum must be right,
 * or 0 (QEMU leaves it to its firmware), and reserved fields must be 0. {@link #inspect} reads what can be read and
 * lists the rest.
 */
public final class DmarReader {
    /** The largest table that is read. */
    public static final int MAXIMUM_BYTES = 1 << 20;
    static final int HEADER_BYTES = 48;
    static final String[] NAMES = {"DRHD", "RMRR", "ATSR", "RHSA", "ANDD", "SATC"};
    private static final int[] FIXED_BYTES = {16, 24, 8, 20, 8, 8};
    private static final int SCOPE_BYTES = 6;
    private final ByteBuffer bytes;
    private final int length;
    private final Inspection inspection;

    private DmarReader(byte[] table, Inspection inspection) {
        bytes = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        length = table.length;
        this.inspection = inspection;
    }

    /**
     * What a tolerant reading found.
     *
     * @param table what the table says
     * @param offsets of its structures, in bytes
     * @param problems what is wrong but does not hinder reading, in the order of offsets
     */
    public record Inspection(DmarTable table, List<Integer> offsets, List<DmarException> problems) { }

    /**
     * Reads a table.
     *
     * @throws DmarException if it is truncated, its checksum is wrong, or a structure does not fit
     */
    public static DmarTable read(byte[] table) {
        return checked(table, null).readTable();
    }

    /**
     * Reads a table of which a wrong checksum and non-zero reserved fields are reported and not refused.
     *
     * @throws DmarException if it is truncated, or a structure does not fit
     */
    public static Inspection inspect(byte[] table) {
        Inspection notes = new Inspection(null, new ArrayList<>(), new ArrayList<>());
        return new Inspection(checked(table, notes).readTable(), List.copyOf(notes.offsets()),
                List.copyOf(notes.problems()));
    }

    private static DmarReader checked(byte[] table, Inspection notes) {
        if (table.length > MAXIMUM_BYTES) {
            throw new DmarException("header", 0, table.length + " bytes, expected at most " + MAXIMUM_BYTES);
        }
        if (table.length < HEADER_BYTES) {
            throw new DmarException("header", table.length, "the table ends, expected " + HEADER_BYTES + " bytes");
        }
        return new DmarReader(table, notes);
    }

    private DmarTable readTable() {
        if (!text(0, 4).equals("DMAR")) {
            throw new DmarException("header", 0, "signature \"" + printable(text(0, 4)) + "\", expected \"DMAR\"");
        }
        long stated = bytes.getInt(4) & 0xffffffffL;
        if (stated != length) {
            throw new DmarException("header", 4, "length " + stated + ", the file has " + length + " bytes");
        }
        boolean checksummed = checksummed();
        for (int offset = 38; offset < HEADER_BYTES; offset++) {
            requireZero("header", offset, u8(offset));
        }
        List<Structure> structures = new ArrayList<>();
        int offset = HEADER_BYTES;
        while (offset < length) {
            int size = structureBytes(offset);
            if (inspection != null) {
                inspection.offsets().add(offset);
            }
            structures.add(structure(offset, offset + size));
            offset += size;
        }
        return new DmarTable(u8(8), checksummed, text(10, 6), text(16, 8), u32(24), u32(28), u32(32), u8(36) + 1,
                u8(37), structures);
    }

    /** A checksum of 0 that is not right has not been filled in. */
    private boolean checksummed() {
        int sum = DmarWriter.sum(bytes.array());
        if (sum != 0 && (u8(9) != 0 || inspection != null)) {
            problem("header", 9, String.format("checksum 0x%02x, expected 0x%02x%s", u8(9), u8(9) - sum & 0xff,
                    u8(9) == 0 ? "; 0 means that firmware has yet to fill it in" : ""));
        }
        return sum == 0;
    }

    /** Ends a reading for a machine; an inspection goes on. */
    private void problem(String where, int offset, String what) {
        DmarException problem = new DmarException(where, offset, what);
        if (inspection == null) {
            throw problem;
        }
        inspection.problems().add(problem);
    }

    private int structureBytes(int offset) {
        if (length - offset < 4) {
            throw new DmarException("structure", offset, "the table ends, expected type and length");
        }
        int type = u16(offset);
        int size = u16(offset + 2);
        int least = type < FIXED_BYTES.length ? FIXED_BYTES[type] : 4;
        if (size < least) {
            throw new DmarException(name(type), offset + 2, "length " + size + ", expected at least " + least);
        }
        if (size > length - offset) {
            throw new DmarException(name(type), offset + 2, "length " + size + ", the table has " + (length - offset)
                    + " bytes left");
        }
        return size;
    }

    private Structure structure(int at, int end) {
        return switch (u16(at)) {
            case 0 -> new Drhd(u8(at + 4), u8(at + 5), u16(at + 6), bytes.getLong(at + 8),
                    scopes("DRHD", at + 16, end));
            case 1 -> rmrr(at, end);
            case 2 -> {
                requireZero("ATSR", at + 5, u8(at + 5));
                yield new Atsr(u8(at + 4), u16(at + 6), scopes("ATSR", at + 8, end));
            }
            case 3 -> {
                requireZero("RHSA", at + 4, u32(at + 4));
                requireEnd("RHSA", at + FIXED_BYTES[3], end);
                yield new Rhsa(bytes.getLong(at + 8), u32(at + 16));
            }
            case 4 -> andd(at, end);
            case 5 -> {
                requireZero("SATC", at + 5, u8(at + 5));
                yield new Satc(u8(at + 4), u16(at + 6), scopes("SATC", at + 8, end));
            }
            default -> new Other(u16(at), HexFormat.of().formatHex(bytes.array(), at + 4, end));
        };
    }

    private Rmrr rmrr(int at, int end) {
        requireZero("RMRR", at + 4, u16(at + 4));
        return new Rmrr(u16(at + 6), bytes.getLong(at + 8), bytes.getLong(at + 16), scopes("RMRR", at + 24, end));
    }

    private Andd andd(int at, int end) {
        requireZero("ANDD", at + 4, u8(at + 4) | u16(at + 5));
        int zero = at + 8;
        while (zero < end && bytes.get(zero) != 0) {
            if (bytes.get(zero) < 0x20 || bytes.get(zero) > 0x7e) {
                throw new DmarException("ANDD", zero, "a name with unprintable characters");
            }
            zero++;
        }
        if (zero != end - 1) {
            problem("ANDD", at + 8, "the name does not end with the structure");
        }
        return new Andd(u8(at + 7), text(at + 8, zero - at - 8));
    }

    private List<Scope> scopes(String structure, int from, int end) {
        List<Scope> scopes = new ArrayList<>();
        int at = from;
        while (at < end) {
            String where = structure + " scope " + (scopes.size() + 1);
            if (end - at < SCOPE_BYTES) {
                throw new DmarException(where, at, "the structure ends, expected " + SCOPE_BYTES + " bytes");
            }
            int size = u8(at + 1);
            if (size < SCOPE_BYTES || size % 2 != 0) {
                throw new DmarException(where, at + 1, "length " + size + ", expected an even number from 6");
            }
            if (size > end - at) {
                throw new DmarException(where, at + 1, "length " + size + ", the structure has " + (end - at)
                        + " bytes left");
            }
            requireZero(where, at + 3, u8(at + 3));
            List<Hop> path = new ArrayList<>();
            for (int hop = at + SCOPE_BYTES; hop < at + size; hop += 2) {
                path.add(new Hop(u8(hop), u8(hop + 1)));
            }
            scopes.add(new Scope(u8(at), u8(at + 2), u8(at + 4), u8(at + 5), path));
            at += size;
        }
        return scopes;
    }

    private void requireZero(String where, int offset, long value) {
        if (value != 0) {
            problem(where, offset, "reserved field is 0x" + Long.toHexString(value) + ", expected 0");
        }
    }

    private void requireEnd(String where, int expected, int end) {
        if (end != expected) {
            problem(where, expected, (end - expected) + " bytes too many");
        }
    }

    private static String name(int type) {
        return type < NAMES.length ? NAMES[type] : "structure of type " + type;
    }

    private String text(int offset, int count) {
        return new String(bytes.array(), offset, count, StandardCharsets.ISO_8859_1);
    }

    private static String printable(String text) {
        return text.replaceAll("[^ -~]", "?");
    }

    private int u8(int offset) {
        return bytes.get(offset) & 0xff;
    }

    private int u16(int offset) {
        return bytes.getShort(offset) & 0xffff;
    }

    private long u32(int offset) {
        return bytes.getInt(offset) & 0xffffffffL;
    }
}
