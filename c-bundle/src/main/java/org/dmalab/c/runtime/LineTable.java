package org.dmalab.c.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The line number programs of a module's {@code .debug_line} section: DWARF 4, section 6.2. Addresses are offsets in
 * the payload of the code section.
 */
final class LineTable {
    private static final int COPY = 1;
    private static final int ADVANCE_PC = 2;
    private static final int ADVANCE_LINE = 3;
    private static final int SET_FILE = 4;
    private static final int CONST_ADD_PC = 8;
    private static final int FIXED_ADVANCE_PC = 9;
    private static final int END_SEQUENCE = 1;
    private static final int SET_ADDRESS = 2;
    private static final int NO_ADJUST = 255;

    private final NavigableMap<Long, Place> places = new TreeMap<>();

    /**
     * A line of a C file.
     *
     * @param file name without folder
     * @param line from 1; 0 for code that no line has
     */
    record Place(String file, int line) { }

    private LineTable() { }

    /** Reads a section; an empty one has no lines. */
    static LineTable read(byte[] section) {
        LineTable table = new LineTable();
        ByteBuffer in = ByteBuffer.wrap(section).order(ByteOrder.LITTLE_ENDIAN);
        while (in.remaining() > Integer.BYTES) {
            int length = in.getInt();
            ByteBuffer unit = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            in.position(in.position() + length);
            table.readUnit(unit);
        }
        return table;
    }

    /** The line of the instruction at an address; null if there is none. */
    Place at(long address) {
        Map.Entry<Long, Place> entry = places.floorEntry(address);
        return entry == null ? null : entry.getValue();
    }

    private void readUnit(ByteBuffer in) {
        int version = in.getShort();
        if (version < 2 || version > 4) {
            return; // lines are a help, not a need
        }
        int program = in.getInt() + in.position();
        int unit = in.get() & NO_ADJUST;
        if (version == 4) {
            in.get(); // operations of one instruction
        }
        in.get(); // default_is_stmt
        int lineBase = in.get();
        int lineRange = in.get() & NO_ADJUST;
        int opcodeBase = in.get() & NO_ADJUST;
        int[] operands = new int[opcodeBase];
        for (int i = 1; i < opcodeBase; i++) {
            operands[i] = in.get();
        }
        while (!text(in).isEmpty()) {
            continue; // folders
        }
        List<String> files = new ArrayList<>(List.of("?"));
        for (String file = text(in); !file.isEmpty(); file = text(in)) {
            files.add(file.substring(file.lastIndexOf('/') + 1));
            unsigned(in);
            unsigned(in);
            unsigned(in);
        }
        in.position(program);
        run(in, new Shape(unit, lineBase, lineRange, opcodeBase, operands), files);
    }

    private record Shape(int unit, int lineBase, int lineRange, int opcodeBase, int[] operands) { }

    private void run(ByteBuffer in, Shape shape, List<String> files) {
        long address = 0;
        int file = 1;
        int line = 1;
        while (in.hasRemaining()) {
            int opcode = in.get() & NO_ADJUST;
            if (opcode >= shape.opcodeBase()) {
                int adjusted = opcode - shape.opcodeBase();
                address += (long) adjusted / shape.lineRange() * shape.unit();
                line += shape.lineBase() + adjusted % shape.lineRange();
                put(address, files, file, line);
                continue;
            }
            switch (opcode) {
                case 0 -> {
                    int length = (int) unsigned(in);
                    int next = in.position() + length;
                    int extended = in.get();
                    if (extended == END_SEQUENCE) {
                        places.put(address, new Place("?", 0));
                        address = 0;
                        file = 1;
                        line = 1;
                    } else if (extended == SET_ADDRESS) {
                        address = length - 1 == Long.BYTES ? in.getLong() : in.getInt() & 0xffffffffL;
                    }
                    in.position(next);
                }
                case COPY -> put(address, files, file, line);
                case ADVANCE_PC -> address += unsigned(in) * shape.unit();
                case ADVANCE_LINE -> line += (int) signed(in);
                case SET_FILE -> file = (int) unsigned(in);
                case CONST_ADD_PC -> address += (long) (NO_ADJUST - shape.opcodeBase()) / shape.lineRange()
                        * shape.unit();
                case FIXED_ADVANCE_PC -> address += in.getShort() & 0xffff;
                default -> {
                    for (int i = 0; i < shape.operands()[opcode]; i++) {
                        unsigned(in);
                    }
                }
            }
        }
    }

    private void put(long address, List<String> files, int file, int line) {
        places.put(address, new Place(file < files.size() ? files.get(file) : "?", line));
    }

    private static String text(ByteBuffer in) {
        int start = in.position();
        while (in.get() != 0) {
            continue;
        }
        byte[] bytes = new byte[in.position() - start - 1];
        in.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static long unsigned(ByteBuffer in) {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte part = in.get();
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return value;
            }
        }
    }

    private static long signed(ByteBuffer in) {
        long value = 0;
        for (int shift = 0;;) {
            byte part = in.get();
            value |= (part & 0x7fL) << shift;
            shift += 7;
            if (part >= 0) {
                return shift < Long.SIZE && (part & 0x40) != 0 ? value | -1L << shift : value;
            }
        }
    }
}
