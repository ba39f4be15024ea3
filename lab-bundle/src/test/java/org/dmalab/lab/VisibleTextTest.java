package org.dmalab.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

class VisibleTextTest {
    private static final char ESCAPE = 0x1b;

    @Test
    void controlCharactersAreWrittenOut() {
        String plain = "a\tb\nc, \u00e4\u20ac";
        assertSame(plain, VisibleText.of(plain));
        assertEquals("\\u001b[31mred\\u0007", VisibleText.of(ESCAPE + "[31mred" + (char) 7));
        assertEquals("over\\u000dwritten\\u0000", VisibleText.of("over\rwritten" + (char) 0));
        assertEquals("\\u007f\\u009b2J\\u202e", VisibleText.of("" + (char) 0x7f + (char) 0x9b + "2J" + (char) 0x202e));
    }

    @Test
    void howeverItIsPrinted() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (VisibleStream stream = new VisibleStream(bytes)) {
            stream.print("a" + ESCAPE);
            stream.println("b" + ESCAPE);
            stream.printf("%s%c|", "c" + ESCAPE, ESCAPE);
            stream.print(ESCAPE);
            stream.print(new char[] {ESCAPE});
            stream.append(ESCAPE).append("d" + ESCAPE);
            stream.print((String) null);
        }
        assertEquals("a\\u001bb\\u001b" + System.lineSeparator()
                + "c\\u001b\\u001b|\\u001b\\u001b\\u001bd\\u001bnull", bytes.toString(StandardCharsets.UTF_8));
    }
}
