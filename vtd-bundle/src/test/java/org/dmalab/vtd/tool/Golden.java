package org.dmalab.vtd.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares printed output with files; with {@code -Ddmalab.golden=write} the files are written instead. */
final class Golden {
    private static final Path FOLDER = Path.of("src/test/resources/golden");

    private Golden() { }

    static void check(String name, String text) throws IOException {
        Path file = FOLDER.resolve(name);
        if ("write".equals(System.getProperty("dmalab.golden"))) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, text);
        }
        assertEquals(Files.readString(file), text, name);
    }
}
