package org.dmalab.shell.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatementSplitterTest {

    @Test
    void cutsAtSemicolonsAndNewlines() {
        assertEquals(List.of("a 1", "b", "c"), StatementSplitter.statements("a 1; b;;\n\n c "));
    }

    @Test
    void quotesAndBracketsKeepTogether() {
        assertEquals(List.of("a 'x;y'", "b \"p;'q\"", "c {d; e}", "f \\; g"),
            StatementSplitter.statements("a 'x;y'; b \"p;'q\"; c {d; e}; f \\; g"));
    }

    @Test
    void commentsAreLeftOut() {
        assertEquals(List.of("a", "b x#y"), StatementSplitter.statements("# first; line\na # rest; of it\nb x#y"));
    }

    @Test
    void wordsLoseTheirQuotes() {
        assertEquals(List.of("run", "vtd-*", "a b", "", "it's", "x=y z"),
            StatementSplitter.words("run vtd-* 'a b' '' \"it's\" x=\"y z\""));
    }

    @Test
    void seesUnfinishedStatements() {
        assertTrue(StatementSplitter.unfinished("each [a b] {"));
        assertTrue(StatementSplitter.unfinished("a 'b"));
        assertTrue(StatementSplitter.unfinished("a \\"));
        assertFalse(StatementSplitter.unfinished("a {b}; 'c'\n"));
        assertFalse(StatementSplitter.unfinished("a # it's fine\n"));
    }
}
