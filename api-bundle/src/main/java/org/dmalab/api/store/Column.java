package org.dmalab.api.store;

import java.util.List;

/**
 * A column of a {@link Table}: one cell of each row. The columns of a table are the constants of an enum.
 *
 * <pre>
 * enum Head implements Column {
 *     ENTRIES("entries"), PAGE_SHIFT("page shift"), BUS_ADDRESS("bus address");
 * </pre>
 */
public interface Column {
    /** Its place in a row, from 0; an enum has this method. */
    int ordinal();

    /** Its name in the field's terms. */
    String label();

    /** The bit fields that it is made of; none if it is one number. */
    default List<BitField> fields() {
        return List.of();
    }
}
