package org.dmalab.api.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.Test;

class TableTest {
    private static final BitField PRESENT = BitField.bit("P", 0);
    private static final BitField ADDRESS = BitField.bits("ADDR", 63, 12);

    private enum Entry implements Column {
        TAG, WORD;

        @Override
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        @Override
        public List<BitField> fields() {
            return this == WORD ? List.of(PRESENT, ADDRESS) : List.of();
        }
    }

    @Test
    void rowsKeepTheirColumnsApartAndCellsHaveTheirNames() {
        Table table = new Table(new Store(), "cache", 3, Region.Kind.STATE, Entry.values(), row -> "entry " + row);
        table.set(1, Entry.TAG, 7);
        table.set(1, Entry.WORD, PRESENT, 1);
        table.set(1, Entry.WORD, ADDRESS, 0x12345);
        assertEquals(7, table.get(1, Entry.TAG));
        assertEquals(0x12345001L, table.get(1, Entry.WORD));
        assertEquals(0x12345, table.get(1, Entry.WORD, ADDRESS));
        assertEquals(0, table.get(0, Entry.WORD) | table.get(2, Entry.TAG));
        assertEquals("entry 1 word", table.region().cellName(3));
        assertEquals(List.of(PRESENT, ADDRESS), table.region().cellFields(3));
        assertEquals(List.of(), table.region().cellFields(2));
        assertEquals(3, table.rows());
        table.clear(1);
        assertEquals(0, table.get(1, Entry.TAG) | table.get(1, Entry.WORD));
        assertThrows(IllegalArgumentException.class, () -> new Table(new Store(), "cache", 1, Region.Kind.STATE,
                new Column[] {Entry.WORD, Entry.TAG}, row -> ""));
    }
}
