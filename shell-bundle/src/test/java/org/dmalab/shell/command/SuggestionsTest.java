package org.dmalab.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
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

    @Property
    boolean distanceIsSymmetricAndZeroOnlyForEqualWords(@ForAll String a, @ForAll String b) {
        return Suggestions.distance(a, b) == Suggestions.distance(b, a)
            && (Suggestions.distance(a, b) == 0) == a.equals(b);
    }

    @Property
    void distanceIsAtMostTheLongerLength(@ForAll String a, @ForAll String b) {
        assertTrue(Suggestions.distance(a, b) <= Math.max(a.length(), b.length()));
    }
}
