package org.dmalab.lab.guard;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;

import org.junit.jupiter.api.Test;

class EndsWithoutAWordTest {
    /** Never run. */
    private static final class Calls {
        static void run() {
            Runtime.getRuntime().halt(0);
        }
    }

    /** Never run. */
    private static final class Refers {
        static java.util.function.IntConsumer end() {
            return Runtime.getRuntime()::halt;
        }
    }

    private static byte[] bytes(Class<?> type) throws IOException {
        try (InputStream in = type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
            return in.readAllBytes();
        }
    }

    @Test
    void aHaltIsNamedWithItsLine() throws IOException {
        for (Class<?> type : new Class<?>[] {Calls.class, Refers.class}) {
            byte[] bytes = bytes(type);
            String said = assertThrows(UnusableVariant.class, () -> EndsWithoutAWord.refuse(bytes)).getMessage();
            assertEquals("class " + type.getName() + " calls java.lang.Runtime.halt, which ends the process without a"
                    + " word (EndsWithoutAWordTest.java:" + (type == Calls.class ? 16 : 23) + ")", said);
        }
    }

    @Test
    void anythingElseIsNotLookedAt() throws IOException {
        byte[] own = bytes(EndsWithoutAWordTest.class);
        assertDoesNotThrow(() -> EndsWithoutAWord.refuse(own));
        assertDoesNotThrow(() -> EndsWithoutAWord.refuse(new byte[] {1, 2, 3}));
    }
}
