package org.dmalab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class LayoutTest {
    @Property(tries = 200)
    void wrappingKeepsEveryWordAndTheWidth(@ForAll @Size(min = 1, max = 60)
            List<@AlphaChars @StringLength(min = 1, max = 40) String> words) {
        List<String> lines = Layout.wrap(String.join(" ", words), "    ");
        assertEquals(words, List.of(String.join(" ", lines).strip().split("\\s+")));
        assertTrue(lines.stream().allMatch(line -> line.length() <= Layout.WIDTH && line.startsWith("    ")));
    }
}
