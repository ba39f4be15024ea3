package org.dmalab.shell.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.dmalab.lab.Changed;
import org.dmalab.lab.explore.ReplayStep;
import org.jline.reader.Candidate;
import org.junit.jupiter.api.Test;

/** What Tab proposes at the prompt of the debugger. */
class DebugSessionTest {
    private static final List<ReplayStep> STEPS = List.of(step(1, new Changed("kernel", "slot", 0, 1),
            new Changed("oracle.own-page.x", "seen", 0, 1)), step(2, new Changed("kernel", "pkmap[1].count", 0, 1),
            new Changed("kernel", "slot", 1, 0)));

    private static ReplayStep step(int number, Changed... changes) {
        return new ReplayStep(number, "cpu0", "user", "load()", "A.java:1", List.of(changes), List.of());
    }

    private static List<String> propose(String... words) {
        return DebugSession.candidates(STEPS, List.of(words)).stream().map(Candidate::value).toList();
    }

    @Test
    void commandsComeFirst() {
        assertEquals(List.of("n", "b", "t", "T", "w", "W", "v", "l", "s", "h", "q"), propose(""));
        assertTrue(DebugSession.candidates(STEPS, List.of("")).stream().noneMatch(one -> one.descr().isEmpty()));
    }

    @Test
    void cellsThatChangeFollowW() {
        assertEquals(List.of("pkmap[1].count", "slot"), propose("w", ""));
        assertEquals(propose("w", ""), propose("W", "s"));
        assertEquals(List.of(), propose("w", "slot", ""));
        assertEquals(List.of(), propose("n", ""));
    }
}
