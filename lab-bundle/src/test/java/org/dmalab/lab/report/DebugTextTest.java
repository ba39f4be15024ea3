package org.dmalab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.dmalab.lab.Changed;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.explore.ReplayStep;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.SearchResult;
import org.junit.jupiter.api.Test;

class DebugTextTest {
    private static DebugText text(List<Changed> changes) {
        return new DebugText(new Outcome("s", "p", Verdict.PASS, "",
                new SearchResult(true, "", 1, List.of()), List.of()), List.of(new ReplayStep(1, "nic", "nic",
                "does 1 of 1", "", changes, List.of())));
    }

    @Test
    void whatOraclesRememberIsNotShown() {
        assertEquals("step 1 of 1  nic: does 1 of 1\n    changes nothing\n",
                text(List.of(new Changed("oracle.buffers", "oracle.buffers[0x0]", 0, 1))).step(1));
        assertEquals("no code runs in this step\n", text(List.of()).stack(1));
        assertEquals("pass\n", text(List.of()).end(1));
    }

    @Test
    void aLongCopyIsCutShort() {
        String step = text(Stream.concat(Stream.of(new Changed("oracle.x", "x", 0, 1)), IntStream.range(0, 25)
                .mapToObj(i -> new Changed("memory", "cell " + i, 0, i + 1))).toList()).step(1);
        assertEquals(22, step.lines().count(), step);
        assertTrue(step.endsWith("    memory cell 19: 0x0 -> 0x14\n    and 5 more cells; --format json has them all\n"),
                step);
    }
}
