package org.dmalab.vtd.hardware;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.dmalab.vtd.hardware.DmarTable.Sidp;
import org.dmalab.vtd.hardware.DmarTable.Structure;

/**
 * Reads an ACPI DMAR table; the input is not trusted. {@link #read} takes it for a machine: the checksum must be right,
 * or 0 (QEMU leaves it to its firmware), and reserved fields must be 0. {@link #inspect} reads what can be read and
 * lists the rest, and what Linux makes of it ({@code dmar_walk_remapping_entries}, {@code dmar_parse_one_andd},
 * {@code dmar_alloc_dev_scope}).
 */
public final class DmarReader {
    /** The largest table that is read. */
    public static final int MAXIMUM_BYTES = 1 << 20;
    static final int HEADER_BYTES = 48;
    static final String[] NAMES = {"DRHD", "RMRR", "ATSR", "RHSA", "ANDD", "SATC", "SIDP"};
    private static final int[] FIXED_BYTES = {16, 24, 8, 20, 8, 8, 8};
    private static final int SCOPE_BYTES = 6;
    private static final int PAGE_SHIFT = 12;
    private final ByteBuffer bytes;
    /** Where the table ends: its own length, or the end of the copy if that comes first. */
    private int length;
    private boolean cut;
    private final Inspection inspection;

    private DmarReader(byte[] table, Inspection inspection) {
        bytes = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        length = table.length;
        this.inspection = inspection;
    }

    /** Who has something against a table, or who made it so. */
    public enum Says {
        /** The copy of the table is not whole, or holds more than the table. */
        COPY,
        /** The specification wants it otherwise. */
        SPECIFICATION,
        /** What Linux makes of it. */
        KERNELS
    }

    /**
     * Something about a table.
     *
     * @param says who says so
     * @param offset of what it is about, in bytes
     * @param where offset, structure and what, in one line
     */
    public record Problem(Says says, int offset, String where) { }

    /**
     * What a tolerant reading found.
     *
     * @param table what the table says
     * @param offsets of its structures, in bytes
     * @param problems what is wrong, in the order of offsets
     */
    public record Inspection(DmarTable table, List<Integer> offsets, List<Problem> problems) { }

    /**
     * Reads a table.
     *
     * @throws DmarException if it is truncated, its checksum is wrong, or a structure does not fit
     */
    public static DmarTable read(byte[] table) {
        return checked(table, null).readTable();
    }

    /** A copy without what lies behind the length that the table's header says, which nobody reads. */
    public static byte[] withoutPadding(byte[] table) {
        if (table.length < HEADER_BYTES) {
            return table;
        }
        long stated = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).getInt(4) & 0xffffffffL;
        return stated >= HEADER_BYTES && stated < table.length ? Arrays.copyOf(table, (int) stated) : table;
    }

    /**
     * Reads what can be read of a table, and reports the rest.
     *
     * @throws DmarException if there is no header, or more than {@link #MAXIMUM_BYTES}
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
        stated(bytes.getInt(4) & 0xffffffffL);
        boolean checksummed = checksummed();
        for (int offset = 38; offset < HEADER_BYTES; offset++) {
            requireZero("header", offset, u8(offset));
        }
        if (inspection != null && u8(36) < PAGE_SHIFT - 1) {
            says(Says.KERNELS, "header", 36, "Linux refuses the table: \"Invalid DMAR haw\", a host address width of "
                    + (u8(36) + 1) + " bits");
        }
        List<Structure> structures = new ArrayList<>();
        int offset = HEADER_BYTES;
        while (offset < length) {
            int size = structureBytes(offset);
            if (size == 0) {
                break;
            }
            if (size >= least(u16(offset))) {
                if (inspection != null) {
                    inspection.offsets().add(offset);
                }
                structures.add(structure(offset, offset + size));
            }
            offset += size;
        }
        return new DmarTable(u8(8), checksummed, text(10, 6), text(16, 8), u32(24), u32(28), u32(32), u8(36) + 1,
                u8(37), structures);
    }

    /** The length that the header says decides; a copy may hold more, or less. */
    private void stated(long stated) {
        if (stated == length) {
            return;
        }
        String what = "length " + stated + ", the file has " + length + " bytes";
        if (inspection == null || stated < HEADER_BYTES) {
            throw new DmarException("header", 4, what);
        }
        cut = stated > length;
        says(Says.COPY, "header", 4, what + (cut ? ": the copy is cut off, and what is missing is not shown"
                : ": what lies behind the table is ignored, as kernels do"));
        length = (int) Math.min(stated, length);
    }

    /** A checksum of 0 that is not right has not been filled in. */
    private boolean checksummed() {
        int sum = DmarWriter.sum(Arrays.copyOf(bytes.array(), length));
        if (sum != 0 && !cut && (u8(9) != 0 || inspection != null)) {
            problem("header", 9, String.format("checksum 0x%02x, expected 0x%02x%s", u8(9), (u8(9) - sum) & 0xff,
                    u8(9) == 0 ? "; 0 means that firmware has yet to fill it in" : ""));
        }
        return sum == 0;
    }

    /** Ends a reading for a machine; an inspection goes on. */
    private void problem(String where, int offset, String what) {
        if (inspection == null) {
            throw new DmarException(where, offset, what);
        }
        says(Says.SPECIFICATION, where, offset, what);
    }

    private void says(Says says, String where, int offset, String what) {
        inspection.problems().add(new Problem(says, offset, new DmarException(where, offset, what).located()));
    }

    private void kernels(String where, int offset, String what) {
        if (inspection != null) {
            says(Says.KERNELS, where, offset, what);
        }
    }

    private static int least(int type) {
        return type < FIXED_BYTES.length ? FIXED_BYTES[type] : 4;
    }

    /** The length of a structure; 0 if the walk ends here. */
    private int structureBytes(int offset) {
        if (length - offset < 4) {
            return ends("structure", offset, "the table ends, expected type and length");
        }
        int type = u16(offset);
        int size = u16(offset + 2);
        if (size > length - offset && size >= least(type)) {
            int end = ends(name(type), offset + 2, "length " + size + ", the table has " + (length - offset)
                    + " bytes left");
            if (!cut) {
                kernels(name(type), offset + 2, "Linux refuses the table: \"Record passes table end\"");
            }
            return end;
        }
        if (size >= least(type)) {
            return size;
        }
        problem(name(type), offset + 2, "length " + size + ", expected at least " + least(type));
        if (size == 0) {
            kernels(name(type), offset + 2, "Linux ends the walk here, and keeps what comes before");
            return 0;
        }
        kernels(name(type), offset + 2, "Linux takes the bytes behind it for its fields");
        return size < 4 ? 0 : Math.min(size, length - offset);
    }

    private int ends(String where, int offset, String what) {
        if (cut) {
            says(Says.COPY, where, offset, what + "; the copy ends here");
        } else {
            problem(where, offset, what);
        }
        return 0;
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
            case 6 -> {
                requireZero("SIDP", at + 4, u16(at + 4));
                yield new Sidp(u16(at + 6), scopes("SIDP", at + 8, end));
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
                problem("ANDD", zero, "a name with unprintable characters");
            }
            zero++;
        }
        if (zero == end) {
            problem("ANDD", at + 8, "the name does not end with a 0");
            kernels("ANDD", at + 8, "Linux refuses the table: \"ANDD object name is not NUL-terminated\"");
        } else if (inspection == null && zero != end - 1) {
            problem("ANDD", zero, "the name does not end with the structure");
        }
        return new Andd(u8(at + 7), text(at + 8, zero - at - 8));
    }

    private List<Scope> scopes(String structure, int from, int end) {
        List<Scope> scopes = new ArrayList<>();
        int at = from;
        while (at < end) {
            String where = structure + " scope " + (scopes.size() + 1);
            int size = scopeBytes(where, at, end);
            if (size == 0) {
                break;
            }
            requireZero(where, at + 3, u8(at + 3));
            List<Hop> path = new ArrayList<>();
            for (int hop = at + SCOPE_BYTES; hop + 1 < at + size; hop += 2) {
                path.add(new Hop(u8(hop), u8(hop + 1)));
            }
            scopes.add(new Scope(u8(at), u8(at + 2), u8(at + 4), u8(at + 5), path));
            at += size;
        }
        return scopes;
    }

    /** The length of a scope; 0 if the list ends here. */
    private int scopeBytes(String where, int at, int end) {
        if (end - at < SCOPE_BYTES) {
            problem(where, at, "the structure ends, expected " + SCOPE_BYTES + " bytes");
            return 0;
        }
        int size = u8(at + 1);
        if (size < SCOPE_BYTES || size % 2 != 0) {
            problem(where, at + 1, "length " + size + ", expected an even number from 6");
            kernels(where, at + 1, size == 0 ? "Linux goes round here for ever" : "Linux does not check it");
        }
        if (size > end - at) {
            problem(where, at + 1, "length " + size + ", the structure has " + (end - at) + " bytes left");
            return 0;
        }
        return size < SCOPE_BYTES ? 0 : size;
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
