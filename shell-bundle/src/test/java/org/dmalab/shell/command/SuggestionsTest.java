package org.dmalab.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuggestionsTest {

    private static final List<String> KNOWN = List.of("scenario:list", "scenario:run", "patch:list", "help");

    @Test
    void findsTheNearestName() {
        assertEquals(Optional.of("scenario:run"), Suggestions.nearest("scenario:rnu", KNOWN));
        assertEquals(Optional.of("help"), Suggestions.nearest("hlep", KNOWN));
        assertEquals(Optional.empty(), Suggestions.nearest("zzz", KNOWN));
    }

    @Test
    void aNameWithoutItsScopeIsRecognised() {
        assertEquals(Optional.of("scenario:run"), Suggestions.nearest("run", KNOWN));
    }
}
