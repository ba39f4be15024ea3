package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.dmalab.lab.InputException;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Property
    void whatIsWrittenIsReadBack(@ForAll @Size(max = 60) List<@IntRange(max = 70) Integer> choices) {
        int[] plain = choices.stream().mapToInt(Integer::intValue).toArray();
        int[] kinds = Arrays.stream(plain).map(choice -> choice * 7 + 3).toArray();
        Schedule schedule = Schedule.of(plain, kinds);
        Schedule.Reader reader = Schedule.parse(schedule.toString()).reader();
        for (int i = 0; i < plain.length; i++) {
            assertEquals(plain[i], reader.next(null, new int[71]));
            reader.check(kinds[i]);
        }
        assertEquals(schedule.toString(), Schedule.parse(schedule.toString()).toString());
    }

    @Property
    void anyTextIsReadOrRefused(@ForAll String text) {
        try {
            Schedule.parse(text);
        } catch (IllegalArgumentException e) {
            assertEquals(true, e.getMessage().contains("schedule"));
        }
    }

    @Test
    void runsOfNothingUnusualAreCountsAndTheEndIsDropped() {
        assertEquals("", Schedule.of(new int[9], new int[9]).toString());
        int[] choices = new int[40];
        choices[19] = 1;
        choices[20] = 2;
        assertEquals("jA", Schedule.of(choices, new int[40]).toString().substring(0, 2));
        assertEquals(2, Schedule.of(choices, new int[40]).unusual());
    }

    @Test
    void whatDoesSomethingElseIsNamedByItsStep() {
        Schedule schedule = Schedule.of(new int[] {0, 1}, new int[] {4, 5});
        Schedule.Reader reader = schedule.reader();
        reader.next(null, new int[1]);
        reader.check(4);
        assertEquals("step 2 is choice 1 of 1: the schedule no longer fits the scenario, the patch or this version; "
                + "explore again",
                assertThrows(IllegalArgumentException.class, () -> reader.next(null, new int[1])).getMessage());
        assertThrows(IllegalArgumentException.class, () -> reader.check(77));
    }

    @Test
    void tokensOfOtherFormsAreRefused() {
        for (String text : List.of("", "a~b~c~1", "a~b~c~2~", "a~b~c~1~%", "a~b~c~1~A", "a~b~c~1~zzzzzzzA1")) {
            assertThrows(InputException.class, () -> Token.parse(text), text);
        }
        assertEquals("mips/x~a~strict~1~1A0", Token.parse("mips/x~a~strict~1~1A0").toString());
    }

    /** As long as a token may be; parsing it copies no array for each choice. */
    @Test
    void longSchedulesAreRead() {
        Schedule schedule = Schedule.parse("A0".repeat(2_000_000));
        assertEquals(2_000_000, schedule.unusual());
    }
}
