package org.dmalab.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class NamesTest {
    @Test
    void allOfAFewNamesAreListed() {
        assertEquals("there is no dog \"cta\", did you mean \"cat\"? there is: cat, cow",
                Names.unknown("dog", "cta", List.of("cow", "cat")));
        assertEquals("there is no dog \"x\"; there is none at all", Names.unknown("dog", "x", List.of()));
    }

    @Test
    void ofManyNamesTheNearestAreListed() {
        List<String> many = Stream.concat(IntStream.range(10, 40).mapToObj(i -> "animal" + i),
                Stream.of("a/small-cat", "a/large-cat")).toList();
        assertEquals("there is no animal \"-cat\"; there is: a/large-cat, a/small-cat, animal10, animal11, animal12, "
                + "animal13, animal14, animal15, animal16, animal17 and 22 more",
                Names.unknown("animal", "-cat", many));
    }

    /** Who types the beginning of a long name has not typed the rest wrong. */
    @Test
    void theBeginningOfANameIsEnough() {
        List<String> known = List.of("mips/unmapped-highmem-sg", "mips/nested-flush", "pseries/no-maxmem");
        assertEquals("mips/unmapped-highmem-sg", Names.nearest("mips/unmaped", known).orElse(""));
        assertEquals("mips/unmapped-highmem-sg", Names.nearest("unmapped", known).orElse(""));
        assertEquals("mips/nested-flush", Names.nearest("mips/nested-flsh", known).orElse(""));
        assertEquals("", Names.nearest("pseries/xyz", known).orElse(""));
        assertEquals("", Names.nearest("un", known).orElse(""));
    }

    @Test
    void distanceCountsSlipsOfTheFingers() {
        assertEquals(1, Names.distance("hlep", "help"));
        assertEquals(1, Names.distance("hep", "help"));
        assertEquals(1, Names.distance("hell", "help"));
        assertEquals(4, Names.distance("", "help"));
    }

    @Property
    boolean distanceIsSymmetricAndZeroOnlyForEqualWords(@ForAll String a, @ForAll String b) {
        return Names.distance(a, b) == Names.distance(b, a) && (Names.distance(a, b) == 0) == a.equals(b);
    }

    @Property
    boolean distanceIsAtMostTheLongerLength(@ForAll String a, @ForAll String b) {
        return Names.distance(a, b) <= Math.max(a.length(), b.length());
    }
}
