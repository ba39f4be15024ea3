package org.dmalab.api.kernel;

import java.util.ArrayList;
import java.util.List;

/** Lays out a kernel structure in declaration order with C alignment. */
public final class Struct {
    private final String name;
    private final List<Field> fields = new ArrayList<>();
    private int size;
    private int alignment = 1;

    /** Starts a structure. */
    public Struct(String name) {
        this.name = name;
    }

    /** Appends a field, aligned to its width. */
    public Field field(String fieldName, int widthBytes) {
        int offset = (size + widthBytes - 1) & -widthBytes;
        size = offset + widthBytes;
        alignment = Math.max(alignment, widthBytes);
        Field field = new Field(name + "." + fieldName, offset, widthBytes);
        fields.add(field);
        return field;
    }

    /** Size in bytes, padded to the alignment. */
    public int sizeBytes() {
        return (size + alignment - 1) & -alignment;
    }

    /** The structure's name. */
    public String name() {
        return name;
    }

    /** Its fields. */
    public List<Field> fields() {
        return List.copyOf(fields);
    }
}
