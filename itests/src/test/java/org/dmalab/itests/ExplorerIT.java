package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What exploring the scenarios with concurrent parts finds, and that each counterexample replays from its token. */
public class ExplorerIT {
    private static final Pattern ROW = Pattern.compile("(?m)^\\S+/\\S+ +(\\S+) +(pass|fail) +exhaustively ");
    private static final Pattern TOKEN = Pattern.compile("scenario:replay (\\S+)");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void threeNestedContextsOnOneProcessor() throws Exception {
        assertFailing("mips/nested-flush", "arm-no-restore", "arm-no-tlb-flush", "fixed-slot-irqs-on",
                "kmap-high-get-fallback");
    }

    @Test
    public void handlersThatNestNeedMoreThanASlotForEachLevel() throws Exception {
        assertFailing("mips/nested-hardirqs", "arm-no-restore", "arm-no-tlb-flush", "fixed-slot-irqs-on",
                "kmap-high-get-fallback", "three-slots");
    }

    @Test
    public void whoTakesTheKmapLockWithInterruptsOffHangsWhenThePoolWraps() throws Exception {
        // kseg0-only fails for another reason: the address that it uses is not pinned while the pool wraps
        String[] patches = {"arm-l1-vipt", "arm-no-masking", "arm-no-preempt-guard", "arm-no-restore",
            "arm-no-tlb-flush", "kmap-high-get", "kmap-high-get-fallback", "kseg0-only"};
        assertFailing("mips/pkmap-wrap", patches);
        assertFailing("mips/pkmap-deadlock", patches);
    }

    @Test
    public void aTaskThatMovesNeedsThePreemptionGuard() throws Exception {
        assertFailing("mips/migration", "arm-no-preempt-guard", "arm-no-restore", "arm-no-tlb-flush",
                "fixed-slot-irqs-on", "kmap-high-get-fallback");
    }

    /** Explores with every patch and mutant, and replays the first counterexample. */
    private void assertFailing(String scenario, String... patches) throws Exception {
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:explore", scenario, "--all", "--mutants",
                "--budget", "5m");
        assertEquals(result.out() + result.err(), 1, result.code());
        Set<String> failing = new TreeSet<>();
        int rows = 0;
        for (Matcher row = ROW.matcher(result.out()); row.find(); rows++) {
            if (row.group(2).equals("fail")) {
                failing.add(row.group(1));
            }
        }
        assertTrue(result.out(), rows >= 13);
        assertEquals(new TreeSet<>(Set.of(patches)), failing);
        Matcher token = TOKEN.matcher(result.out());
        assertTrue(result.out(), token.find());
        RunnableJar.Result replayed = RunnableJar.run(folder, "scenario:replay", token.group(1));
        assertEquals(replayed.out() + replayed.err(), 1, replayed.code());
        assertTrue(replayed.out(), replayed.out().contains("\nfail: "));
    }
}
