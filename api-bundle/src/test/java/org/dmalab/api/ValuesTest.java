package org.dmalab.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.dmalab.api.Parameter.Type;
import org.junit.jupiter.api.Test;

class ValuesTest {
    private static final Parameter SIZE = Parameter.required("size", Type.SIZE, "how much");
    private static final Parameter NUMBER = Parameter.required("count", Type.NUMBER, "how many");
    private static final Parameter DEVICE = Parameter.optional("device", Type.DEVICE, "which", "02:00.0");
    private static final Parameter FLAG = Parameter.optional("loud", Type.FLAG, "whether", "false");
    private static final Parameter CHOICE = Parameter.choice("direction", "which way", "to", "to", "from");

    @Test
    void valuesAreParsedAsPeopleTypeThem() {
        assertEquals(4L << 30, Values.parse(SIZE, "4G"));
        assertEquals(64L << 10, Values.parse(SIZE, "64KiB"));
        assertEquals(0x40380000000L, Values.parse(SIZE, "0x403_8000_0000"));
        assertEquals(-1, Values.parse(NUMBER, "0xffffffffffffffff"));
        assertEquals(0x0200, Values.parse(DEVICE, "02:00.0"));
        assertEquals(0xffff, Values.parse(DEVICE, "ff:1f.7"));
        assertEquals(1, Values.parse(FLAG, "true"));
        assertEquals(1, Values.parse(CHOICE, "from"));
    }

    @Test
    void aWrongValueSaysWhatWasExpected() {
        assertEquals("size: \"much\", expected a number such as 4096, 0x1000 or 4K, 1G", message(SIZE, "much"));
        assertEquals("size: \"99999999999G\", expected a value of at most 64 bits", message(SIZE, "99999999999G"));
        assertEquals("count: \"99999999999999999999\", expected a value of at most 64 bits",
                message(NUMBER, "99999999999999999999"));
        for (String nothing : new String[] {"_", "0x", "0x_", "K"}) {
            assertEquals("count: \"" + nothing + "\", expected a number such as 4096, 0x1000",
                    message(NUMBER, nothing));
        }
        assertEquals("device: \"2.0\", expected bus:device.function in hexadecimal, such as 02:00.0",
                message(DEVICE, "2.0"));
        assertEquals("device: \"02:3f.0\", expected a device number of at most 1f", message(DEVICE, "02:3f.0"));
        assertEquals("loud: \"yes\", expected true or false", message(FLAG, "yes"));
        assertEquals("direction: \"up\", expected one of to, from", message(CHOICE, "up"));
        assertEquals("table: takes a file, which only a tool's parameter can",
                message(Parameter.required("table", Type.FILE, "which"), "x"));
    }

    @Property
    void everyNumberIsReadBack(@ForAll @LongRange(min = 0) long value) {
        assertEquals(value, Values.parse(NUMBER, Long.toString(value)));
        assertEquals(value, Values.parse(SIZE, "0x" + Long.toHexString(value)));
    }

    @Test
    void valuesAreFoundByName() {
        Values values = new Values(Map.of("loud", 1L));
        assertTrue(values.flag("loud"));
        assertThrows(IllegalArgumentException.class, () -> values.get("size"));
        MachineSpec spec = new MachineSpec("a", "p", "q", "embedded", Map.of("x", 3L), Map.of());
        assertEquals(3, spec.number("x"));
        assertEquals(9, spec.number("y", 9));
        assertFalse(spec.files().containsKey("x"));
        assertThrows(IllegalArgumentException.class, () -> spec.number("y"));
    }

    @Test
    void documentsOfAToolAreFoundByName() {
        Tool.Document line = new Tool.Document(null, new byte[] {'x'});
        Tool.Input input = new Tool.Input(Map.of("line", line), new Values(Map.of()));
        assertEquals(line, input.document("line"));
        assertThrows(IllegalArgumentException.class, () -> input.document("file"));
        assertTrue(Type.FILE.isDocument() && Type.FILE_OR_LINE.isDocument());
        assertFalse(Type.CHOICE.isDocument());
    }

    private static String message(Parameter parameter, String text) {
        return assertThrows(IllegalArgumentException.class, () -> Values.parse(parameter, text)).getMessage();
    }
}
