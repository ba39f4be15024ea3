package org.dmalab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void writesNestedValues() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("z", Arrays.asList(1, true, null));
        map.put("a", Map.of());
        assertEquals("""
            {
              "z": [
                1,
                true,
                null
              ],
              "a": {}
            }""", Json.write(map));
        assertEquals("[]", Json.write(List.of()));
    }

    @Test
    void escapesWhatJsonForbids() {
        assertEquals("\"a\\\"b\\\\c\\n\\u0001\\ud800\"", Json.write("a\"b\\c\n\u0001\ud800"));
    }

    @Test
    void refusesWhatJsonHasNot() {
        assertThrows(IllegalArgumentException.class, () -> Json.write(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Json.write(new Object()));
    }
}
