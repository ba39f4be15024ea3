package org.dmalab.pseries.hardware;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a flattened device tree (Devicetree Specification 0.4, chapter 5, format version 17). The blob is not trusted:
 * it may have at most {@link #MAX_BYTES} bytes and nodes nested at most {@link #MAX_DEPTH} deep, and whatever is wrong
 * ends in a {@link FlatTreeException} that names the offset.
 */
public final class FlatTreeReader {
    /** Largest blob. */
    public static final int MAX_BYTES = 1 << 20;
    /** Deepest nesting, the root being at depth 1. */
    public static final int MAX_DEPTH = 64;
    static final int MAGIC = 0xd00dfeed;
    static final int HEADER_BYTES = 40;
    static final int VERSION = 17;
    static final int BEGIN_NODE = 1;
    static final int END_NODE = 2;
    static final int PROP = 3;
    static final int NOP = 4;
    static final int END = 9;

    private final ByteBuffer blob;
    private final int structEnd;
    private final int stringsStart;
    private final int stringsEnd;
    private int at;

    private FlatTreeReader(ByteBuffer blob, int structStart, int structEnd, int stringsStart, int stringsEnd) {
        this.blob = blob;
        this.at = structStart;
        this.structEnd = structEnd;
        this.stringsStart = stringsStart;
        this.stringsEnd = stringsEnd;
    }

    /**
     * Reads a blob.
     *
     * @param bytes the blob; bytes beyond its totalsize are ignored
     * @return the root node
     * @throws FlatTreeException if it is no well-formed tree
     */
    public static FlatTree.Node read(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new FlatTreeException(MAX_BYTES, "at most " + MAX_BYTES + " bytes", bytes.length + " bytes");
        }
        if (bytes.length < HEADER_BYTES) {
            throw new FlatTreeException(bytes.length, "a header of " + HEADER_BYTES + " bytes", "the end of the file");
        }
        ByteBuffer blob = ByteBuffer.wrap(bytes);
        expect(blob.getInt(0) == MAGIC, 0, "the magic number 0xd00dfeed", hex(blob.getInt(0)));
        long total = unsigned(blob, 4);
        expect(total >= HEADER_BYTES && total <= bytes.length, 4,
                "a total size of " + HEADER_BYTES + " to " + bytes.length + " bytes", Long.toString(total));
        expect(unsigned(blob, 20) >= VERSION, 20, "version 17 or newer", Long.toString(unsigned(blob, 20)));
        expect(unsigned(blob, 24) <= VERSION, 24, "a tree compatible with version 17",
                "last compatible version " + unsigned(blob, 24));
        long reserved = unsigned(blob, 16);
        expect(reserved % 8 == 0 && reserved >= HEADER_BYTES && reserved + 16 <= total, 16,
                "an 8-byte aligned memory reservation block inside the blob", hex((int) reserved));
        checkReservations(blob, (int) reserved, (int) total);
        int structStart = block(blob, 8, 36, (int) total, "structure block");
        expect(structStart % 4 == 0, 8, "a 4-byte aligned structure block", hex(structStart));
        int stringsStart = block(blob, 12, 32, (int) total, "strings block");
        FlatTreeReader reader = new FlatTreeReader(blob, structStart, structStart + blob.getInt(36), stringsStart,
                stringsStart + blob.getInt(32));
        return reader.tree();
    }

    private static int block(ByteBuffer blob, int offsetField, int sizeField, int total, String what) {
        long offset = unsigned(blob, offsetField);
        long size = unsigned(blob, sizeField);
        expect(offset >= HEADER_BYTES && offset <= total, offsetField, "the offset of a " + what + " inside the "
                + total + " bytes", hex((int) offset));
        expect(offset + size <= total, sizeField, "a size of the " + what + " of at most " + (total - offset),
                Long.toString(size));
        return (int) offset;
    }

    private static void checkReservations(ByteBuffer blob, int start, int total) {
        int entry = start;
        while (true) {
            expect(entry + 16 <= total, entry, "an entry of the memory reservation block", "the end of the blob");
            if (blob.getLong(entry) == 0 && blob.getLong(entry + 8) == 0) {
                return;
            }
            entry += 16;
        }
    }

    private FlatTree.Node tree() {
        int token = token();
        expect(token == BEGIN_NODE, at - 4, "the root node", hex(token));
        FlatTree.Node root = node(1);
        expect(root.name().isEmpty(), at - 4, "a root node without a name", "\"" + root.name() + "\"");
        token = token();
        expect(token == END, at - 4, "the end of the structure block", hex(token));
        return root;
    }

    private FlatTree.Node node(int depth) {
        expect(depth <= MAX_DEPTH, at - 4, "nodes nested at most " + MAX_DEPTH + " deep", "one deeper");
        String name = string(at, structEnd, "a node name");
        at = align(at + name.length() + 1);
        List<FlatTree.Property> properties = new ArrayList<>();
        List<FlatTree.Node> children = new ArrayList<>();
        while (true) {
            int token = token();
            if (token == END_NODE) {
                return new FlatTree.Node(name, properties, children);
            } else if (token == BEGIN_NODE) {
                children.add(node(depth + 1));
            } else {
                expect(token == PROP, at - 4, "a property, a node or the end of one", hex(token));
                expect(children.isEmpty(), at - 4, "no property after a child node", "a property");
                properties.add(property());
            }
        }
    }

    private FlatTree.Property property() {
        expect(at + 8 <= structEnd, at, "length and name of a property", "the end of the structure block");
        long length = unsigned(blob, at);
        expect(at + 8 + length <= structEnd, at, "a length of at most " + (structEnd - at - 8), Long.toString(length));
        long nameOffset = unsigned(blob, at + 4);
        expect(nameOffset < stringsEnd - stringsStart, at + 4, "an offset into the strings block of "
                + (stringsEnd - stringsStart) + " bytes", Long.toString(nameOffset));
        String name = string(stringsStart + (int) nameOffset, stringsEnd, "a property name");
        byte[] value = new byte[(int) length];
        blob.get(at + 8, value);
        at = align(at + 8 + (int) length);
        return new FlatTree.Property(name, value);
    }

    private int token() {
        while (true) {
            expect(at + 4 <= structEnd, at, "a token", "the end of the structure block");
            int token = blob.getInt(at);
            at += 4;
            if (token != NOP) {
                return token;
            }
        }
    }

    private String string(int start, int end, String what) {
        int i = start;
        while (i < end && blob.get(i) != 0) {
            i++;
        }
        expect(i < end, start, what + " that ends with a zero byte", "none before the end of its block");
        byte[] bytes = new byte[i - start];
        blob.get(start, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static int align(int offset) {
        return (offset + 3) & -4;
    }

    private static long unsigned(ByteBuffer blob, int offset) {
        return blob.getInt(offset) & 0xffffffffL;
    }

    private static String hex(int value) {
        return "0x" + Integer.toHexString(value);
    }

    private static void expect(boolean holds, long offset, String expected, String found) {
        if (!holds) {
            throw new FlatTreeException(offset, expected, found);
        }
    }
}
