package org.dmalab.pseries.hardware;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes a flattened device tree of version 17 with an empty memory reservation block. */
public final class FlatTreeWriter {
    private final ByteArrayOutputStream structureBytes = new ByteArrayOutputStream();
    private final DataOutputStream structure = new DataOutputStream(structureBytes);
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final Map<String, Integer> nameOffsets = new LinkedHashMap<>();

    private FlatTreeWriter() { }

    /** The blob of a tree; names are written as ISO 8859-1. */
    public static byte[] write(FlatTree.Node root) {
        try {
            FlatTreeWriter writer = new FlatTreeWriter();
            writer.node(root);
            writer.structure.writeInt(FlatTreeReader.END);
            return writer.blob();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void node(FlatTree.Node node) throws IOException {
        structure.writeInt(FlatTreeReader.BEGIN_NODE);
        structure.write(node.name().getBytes(StandardCharsets.ISO_8859_1));
        structure.writeByte(0);
        pad();
        for (FlatTree.Property property : node.properties()) {
            structure.writeInt(FlatTreeReader.PROP);
            structure.writeInt(property.value().length);
            structure.writeInt(nameOffset(property.name()));
            structure.write(property.value());
            pad();
        }
        for (FlatTree.Node child : node.children()) {
            node(child);
        }
        structure.writeInt(FlatTreeReader.END_NODE);
    }

    private int nameOffset(String name) throws IOException {
        Integer known = nameOffsets.get(name);
        if (known != null) {
            return known;
        }
        int offset = strings.size();
        nameOffsets.put(name, offset);
        strings.write(name.getBytes(StandardCharsets.ISO_8859_1));
        strings.write(0);
        return offset;
    }

    private void pad() throws IOException {
        while (structure.size() % 4 != 0) {
            structure.writeByte(0);
        }
    }

    private byte[] blob() throws IOException {
        int reserved = FlatTreeReader.HEADER_BYTES;
        int structureStart = reserved + 16;
        int stringsStart = structureStart + structure.size();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(FlatTreeReader.MAGIC);
        out.writeInt(stringsStart + strings.size());
        out.writeInt(structureStart);
        out.writeInt(stringsStart);
        out.writeInt(reserved);
        out.writeInt(FlatTreeReader.VERSION);
        out.writeInt(16);
        out.writeInt(0);
        out.writeInt(strings.size());
        out.writeInt(structure.size());
        out.writeLong(0);
        out.writeLong(0);
        structureBytes.writeTo(out);
        strings.writeTo(out);
        return bytes.toByteArray();
    }
}
