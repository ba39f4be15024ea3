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
    void saysWhatIsLeftOpenAndWhere() {
        assertEquals("line 1, column 3: the quote ' is never closed",
            StatementSplitter.unclosed("a 'b; c").orElseThrow());
        assertEquals("line 2, column 5: the quote \" is never closed",
            StatementSplitter.unclosed("a {\n  b \"}").orElseThrow());
        assertEquals("line 2, column 1: the bracket ( is never closed",
            StatementSplitter.unclosed("a {b}\n(c [d]").orElseThrow());
        assertEquals("line 1, column 4: a backslash with nothing after it",
            StatementSplitter.unclosed("a; \\").orElseThrow());
        assertTrue(StatementSplitter.unclosed("a 'b' {c [d]} \\' # it's\n").isEmpty());
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
