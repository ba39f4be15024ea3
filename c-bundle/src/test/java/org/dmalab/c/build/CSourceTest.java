package org.dmalab.c.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

class CSourceTest {
    private static final String TEXT = """
            #include <linux/list.h>
            /* a comment { with } braces */
            #define TWICE(x) \\
            \t((x) + (x))
            struct thing { int a; struct thing *next; };
            enum kind { FIRST, SECOND = 5 };
            static DEFINE_SPINLOCK(guard);
            static LIST_HEAD(things);
            static void later(struct thing *thing);
            static int (*callback)(int);
            static const char *names[] = { "a;b", "}" };

            static inline struct thing *find(struct thing *from, const char name[8],
            \t\t\t\t int deep)
            {
            \tfrom->find_not = 1;
            \treturn deep ? TWICE(from) : things.next;
            }

            #ifdef CONFIG_X
            int only(void) { return find(0, 0, 0) != 0; }
            #endif
            """;
    private final CSource source = CSource.parse("f.c", TEXT);

    private Set<String> names(String name) {
        return source.named(name).get(0).names();
    }

    @Test
    void itemsHaveTheNamesThatTheyDefine() {
        assertEquals(Set.of("TWICE"), names("TWICE"));
        assertEquals(Set.of("thing"), names("thing"));
        assertEquals(Set.of("kind", "FIRST", "SECOND"), names("SECOND"));
        assertEquals(Set.of("guard"), names("guard"));
        assertEquals(Set.of("things"), names("things"));
        assertEquals(Set.of("later"), names("later"));
        assertEquals(Set.of("callback"), names("callback"));
        assertEquals(Set.of("names"), names("names"));
        assertTrue(source.function("find").function());
        assertNull(source.function("later"));
    }

    @Test
    void aFunctionHasItsHead() {
        assertEquals(List.of("struct thing *from", "const char name[8]", "int deep"),
                source.parameters(source.function("find")));
        assertEquals("static inline struct thing *", source.returnType(source.function("find")));
        assertEquals(List.of(), source.parameters(source.function("only")));
        assertEquals(13, source.function("find").line());
        assertEquals(18, source.lastLine(source.function("find")));
    }

    @Test
    void membersAreNoUses() {
        Set<String> uses = source.function("find").uses();
        assertTrue(uses.containsAll(Set.of("TWICE", "things", "thing")), uses.toString());
        assertTrue(!uses.contains("find_not") && !uses.contains("next"), uses.toString());
    }

    @Test
    void whatIsLeftOutKeepsItsLines() {
        String only = source.only(Set.of(source.function("only")));
        assertEquals(TEXT.lines().count(), only.lines().count());
        assertEquals("int only(void) { return find(0, 0, 0) != 0; }", only.lines().toList().get(20));
        assertEquals("#ifdef CONFIG_X", only.lines().toList().get(19));
        assertTrue(only.lines().limit(18).allMatch(String::isBlank), only);
    }

    @Test
    void aCutTakesWhatIsNeededAndNothingThatIsKnown() {
        Cut cut = Cut.of(List.of(), List.of(source), Set.of("only"), Set.of(), Set.of("things", "thing"));
        assertEquals(Set.of("only", "find"), cut.functions());
        Set<CSource.Item> chosen = cut.chosen().get(source);
        assertTrue(chosen.contains(source.named("TWICE").get(0)));
        assertTrue(!chosen.contains(source.named("things").get(0)) && !chosen.contains(source.named("guard").get(0)));
    }
}
