package org.dmalab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.SearchResult;
import org.dmalab.lab.explore.SearchResult.Turn;
import org.junit.jupiter.api.Test;

class ExplorationTextTest {
    @Test
    void aScheduleHasAColumnForEachProcessorAndDevice() {
        assertEquals("""
                    cpu0           cpu1             nic
                                   driver: 3 calls
                                                    1 step
                    user: 2 calls
                    all come to their end
                """, schedule(new Turn("cpu1", "driver: 3 calls"), new Turn("nic", "nic: 1 step"),
                new Turn("cpu0", "user: 2 calls"), new Turn("", "all come to their end")));
    }

    @Test
    void inAWideTableATurnTakesSeveralLines() {
        assertEquals("""
                    cpu0                        cpu1
                    user: 12 calls
                      last at Highmem.java:100
                                                interrupt: 123 calls
                                                  let in after DmaMapping.java:100
                                                  last at Interrupts.java:100
                """, schedule(new Turn("cpu0",
                "user: 12 calls, last at Highmem.java:100"), new Turn("cpu1",
                "interrupt: 123 calls, let in after DmaMapping.java:100, last at Interrupts.java:100")));
    }

    /** The lines between the head of a violation and its token. */
    private static String schedule(Turn... turns) {
        SearchResult.Found found = new SearchResult.Found("oracle", "message", List.of(turns), null);
        String text = ExplorationText.text(List.of(new Outcome("scenario", "patch", Verdict.FAIL, "",
                new SearchResult(true, "", 1, List.of(found)), List.of("token"))));
        int begin = text.indexOf("oracle: message\n") + "oracle: message\n".length();
        return text.substring(begin, text.indexOf("  again"));
    }
}
