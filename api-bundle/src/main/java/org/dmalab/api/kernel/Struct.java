package org.dmalab.api.kernel;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Text;

/**
 * Lays out a kernel structure in declaration order with C alignment. It is the layout of the objects that
 * {@link org.dmalab.api.cpu.Cpu#alloc(Struct)} makes, and names their fields.
 */
public final class Struct {
    private final String name;
    private final int fixedBytes;
    private final List<Field> fields = new ArrayList<>();

    /** Starts a structure. */
    public Struct(String name) {
        this(name, 0);
    }

    /**
     * Starts a structure of a given size, for one that is packed or has members that nobody here names.
     *
     * @param name the kernel's name
     * @param sizeBytes its size; its fields are declared by {@link #at}
     */
    public Struct(String name, int sizeBytes) {
        this.name = name;
        this.fixedBytes = sizeBytes;
    }

    /** The layout of a plain word, for objects that are arrays of words: bitmaps, tables. */
    public static Struct word(String name, int widthBytes) {
        Struct word = new Struct(name);
        word.fields.add(new Field(name, 0, widthBytes));
        return word;
    }

    /** Appends a field, aligned to its width. */
    public Field field(String fieldName, int widthBytes) {
        return at(fieldName, (end() + widthBytes - 1) & -widthBytes, widthBytes);
    }

    /**
     * Appends an array.
     *
     * @param firstName name of its first element, with {@code [0]} where the index stands
     * @param widthBytes of one element
     * @param count number of elements
     * @return the first element
     */
    public Field array(String firstName, int widthBytes, int count) {
        Field first = field(firstName, widthBytes);
        for (int i = 1; i < count; i++) {
            field(firstName.replace("[0]", "[" + i + "]"), widthBytes);
        }
        return first;
    }

    /** Declares a field at an offset, after all others. */
    public Field at(String fieldName, int offset, int widthBytes) {
        return at(fieldName, offset, widthBytes, Endian.LITTLE);
    }

    /** Declares a field in a byte order of its own: {@code __be32} and its kin. */
    public Field at(String fieldName, int offset, int widthBytes, Endian order) {
        if (offset < end() || (fixedBytes > 0 && offset + widthBytes > fixedBytes)) {
            throw new IllegalArgumentException("struct " + name + ": no room for " + fieldName + " at " + offset);
        }
        Field field = new Field(name + "." + fieldName, offset, widthBytes, order);
        fields.add(field);
        return field;
    }

    private int end() {
        return fields.isEmpty() ? 0 : fields.get(fields.size() - 1).offset()
                + fields.get(fields.size() - 1).widthBytes();
    }

    /** Size in bytes, padded to the alignment. */
    public int sizeBytes() {
        int alignment = 1;
        for (Field field : fields) {
            alignment = Math.max(alignment, field.widthBytes());
        }
        return fixedBytes > 0 ? fixedBytes : (end() + alignment - 1) & -alignment;
    }

    /** The structure's name. */
    public String name() {
        return name;
    }

    /** The name as a number, as it crosses {@link org.dmalab.api.cpu.Cpu}. */
    public long id() {
        return Text.id(name);
    }

    /** Its fields. */
    public List<Field> fields() {
        return List.copyOf(fields);
    }

    /**
     * The field that has the byte at an offset; for padding, the hole between two fields as a field without name; of no
     * width behind the structure.
     */
    Field fieldAt(long offset) {
        int start = 0;
        for (Field field : fields) {
            if (offset < field.offset()) {
                return new Field("", start, field.offset() - start);
            }
            start = field.offset() + field.widthBytes();
            if (offset < start) {
                return field;
            }
        }
        return new Field("", start, offset < sizeBytes() ? sizeBytes() - start : 0);
    }
}
