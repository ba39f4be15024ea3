package org.dmalab.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ExitCodeTest {
    private static final ExitCode VIOLATED = new ExitCode(1, false);

    @Test
    void whatEndsALineGivesItsCode() {
        assertTrue(new ExitCode(2).ends());
        assertFalse(ExitCode.OK.ends());
        assertEquals(new ExitCode(2), VIOLATED.then(new ExitCode(2)));
        assertEquals(new ExitCode(1), new ExitCode(3, false).then(new ExitCode(1)));
    }

    @Test
    void otherwiseTheGreatestCounts() {
        assertEquals(VIOLATED, VIOLATED.then(ExitCode.OK));
        assertEquals(VIOLATED, ExitCode.OK.then(VIOLATED));
        assertEquals(ExitCode.OK, ExitCode.OK.then(ExitCode.OK));
    }
}
