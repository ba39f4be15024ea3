package org.dmalab.c.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.c.ImportException;
import org.junit.jupiter.api.Test;

class UnifiedDiffTest {
    private static final String MAIL = """
            From: someone
            Subject: [PATCH v2] a thing
            ---
             f.c | 2 +-

            diff --git a/dir/f.c b/dir/f.c
            --- a/dir/f.c
            +++ b/dir/f.c
            @@ -2,3 +2,3 @@ int f(void)
             two
            -three
            +drei
             four
            --
            2.39
            """;

    private static UnifiedDiff.FileDiff file() {
        return UnifiedDiff.parse("mail", MAIL).files().get(0);
    }

    @Test
    void aMailIsRead() {
        assertTrue(UnifiedDiff.isIn(MAIL));
        assertEquals("dir/f.c", file().path());
        assertEquals(List.of("two", "three", "four"), file().hunks().get(0).before());
        assertEquals(List.of("two", "drei", "four"), file().hunks().get(0).after());
    }

    @Test
    void aHunkGoesInWhereItFitsAndSaysSo() {
        List<String> remarks = new ArrayList<>();
        assertEquals("one\ntwo\ndrei\nfour\n", UnifiedDiff.apply(file(), "one\ntwo\nthree\nfour\n", remarks));
        assertEquals(List.of(), remarks);
        assertEquals("a\nb\none\ntwo\ndrei\nfour\n",
                UnifiedDiff.apply(file(), "a\nb\none\ntwo\nthree\nfour\n", remarks));
        assertEquals(List.of("dir/f.c: hunk #1 succeeded at 4 (offset 2 lines)"), remarks);
    }

    @Test
    void aHunkThatDoesNotFitNamesTheNearestPlace() {
        ImportException thrown = assertThrows(ImportException.class,
                () -> UnifiedDiff.apply(file(), "one\ntwo\nthird\nfour\n", new ArrayList<>()));
        assertEquals("dir/f.c: hunk #1 FAILED at 2: it comes nearest at line 2, where 2 of 3 lines are the same;"
                + " line 3 is \"third\", the diff has \"three\"", thrown.getMessage());
    }

    @Test
    void aHunkThatIsCutOffSaysWhere() {
        ImportException thrown = assertThrows(ImportException.class,
                () -> UnifiedDiff.parse("mail", MAIL.replace(" four\n", "")));
        assertTrue(thrown.getMessage().startsWith("mail:14: the hunk of line 9 ends here"), thrown.getMessage());
    }

    @Test
    void whatADiffShowsKeepsItsLines() {
        assertEquals("\ntwo\ndrei\nfour\n", UnifiedDiff.visible(file(), true));
    }
}
