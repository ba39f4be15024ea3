package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import org.dmalab.api.cpu.Level;
import org.junit.jupiter.api.Test;

/** No two contexts share a number but the one that stands for everybody. */
class ContextsTest {
    private final Set<Integer> seen = new HashSet<>();

    private static World world(int interrupts) {
        List<Strand> strands = IntStream.range(0, interrupts)
                .mapToObj(i -> new Strand("interrupt" + i, 0, Level.HARDIRQ, cpu -> 0)).toList();
        World world = new World(new SmallMachine(2).machine, strands, List.of(), 0);
        world.start();
        return world;
    }

    /** Notes a number; tells whether it is that of everybody. */
    private boolean isEverybody(int number) {
        if (number != Contexts.EVERYBODY) {
            assertTrue(number > 0 && number < Contexts.EVERYBODY && seen.add(number), "number " + number);
        }
        return number == Contexts.EVERYBODY;
    }

    @Test
    void strandsAndHandlersOfInterProcessorInterruptsHaveNumbers() {
        Contexts contexts = new Contexts(world(3));
        for (int i = 0; i < 3; i++) {
            assertEquals(false, isEverybody(contexts.of(Transition.of(Transition.ARRIVAL, 0, i))));
        }
        for (int p = 0; p < 2; p++) {
            assertEquals(false, isEverybody(contexts.of(Transition.of(Transition.IPI, p, 0))));
        }
        assertEquals(true, isEverybody(contexts.of(Transition.of(Transition.DEVICE, 0, 0))));
        assertEquals(true, isEverybody(contexts.of(Transition.of(Transition.HARDWARE, 0, 0))));
        assertEquals(true, isEverybody(contexts.of(Transition.of(Transition.MIGRATION, 0, 1))));
    }

    @Test
    void whoIsBeyondTheNumbersIsEverybody() {
        Contexts contexts = new Contexts(world(100));
        for (int i = 0; i < 100; i++) {
            assertEquals(i >= 64, isEverybody(contexts.of(Transition.of(Transition.ARRIVAL, 0, i))), "strand " + i);
        }
        assertEquals(true, isEverybody(contexts.of(Transition.of(Transition.IPI, 0, 0))));
    }

    /** A handler has one number from its arrival on, and another one when it comes over itself. */
    @Test
    void eachDepthHasNumbersOfItsOwn() {
        World world = world(3);
        Contexts contexts = new Contexts(world);
        int root = world.histories().root(cpu -> cpu.choose(2), Level.HARDIRQ);
        for (int depth = 0; depth < 6; depth++) {
            for (int other = 1; other < 3; other++) {
                assertEquals(depth > 3, isEverybody(contexts.of(Transition.of(Transition.ARRIVAL, 0, other))));
            }
            int number = contexts.of(Transition.of(Transition.ARRIVAL, 0, 0));
            assertEquals(depth > 3, isEverybody(number));
            world.run().push(0, root, Level.HARDIRQ.ordinal(), 0);
            assertEquals(number, contexts.of(Transition.of(Transition.STEP, 0, 0)));
        }
    }
}
