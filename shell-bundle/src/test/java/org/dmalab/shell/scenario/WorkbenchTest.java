package org.dmalab.shell.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class WorkbenchTest {
    @Property(tries = 200)
    void aPatternWithoutAsteriskMatchesItselfOnly(@ForAll String word, @ForAll String other) {
        String plain = word.replace("*", "+");
        assertTrue(Workbench.glob(plain).asMatchPredicate().test(plain));
        assertEquals(plain.equals(other), Workbench.glob(plain).asMatchPredicate().test(other));
        assertTrue(Workbench.glob(plain + "*").asMatchPredicate().test(plain + other));
    }
}
