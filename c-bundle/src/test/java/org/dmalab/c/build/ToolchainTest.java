package org.dmalab.c.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;

import org.dmalab.c.ImportException;
import org.junit.jupiter.api.Test;

/** Programs that are run for an import end: by themselves, when their time is over, or with who waits for them. */
class ToolchainTest {
    private static final Path HERE = Path.of(".");
    private static final List<String> HANGS = List.of("sh", "-c", "sleep 600; echo never");

    @Test
    void bothStreamsAndTheExitCodeAreKept() {
        Toolchain.Result result = Toolchain.run(HERE, List.of("sh", "-c", "echo out; echo err >&2; exit 3"));
        assertEquals(new Toolchain.Result(3, "out\nerr\n"), result);
    }

    @Test
    void whatHangsIsEndedWhenItsTimeIsOver() {
        ImportException thrown = assertThrows(ImportException.class, () -> Toolchain.run(HERE, HANGS, 0));
        assertEquals("sh did not end within 0 s", thrown.getMessage());
    }

    @Test
    void anInterruptEndsIt() {
        Thread.currentThread().interrupt();
        ImportException thrown = assertThrows(ImportException.class, () -> Toolchain.run(HERE, HANGS));
        assertEquals("interrupted while sh ran", thrown.getMessage());
        assertTrue(Thread.interrupted());
    }

    @Test
    void whatIsNotThereIsSaid() {
        ImportException thrown = assertThrows(ImportException.class,
                () -> Toolchain.run(HERE, List.of("no-such-program-here")));
        assertTrue(thrown.getMessage().startsWith("no-such-program-here can't be run: "), thrown.getMessage());
    }
}
