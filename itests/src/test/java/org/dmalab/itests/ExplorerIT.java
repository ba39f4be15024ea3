package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * What exploring finds in the scenarios with concurrent parts, against {@code explored.yaml}, in which each of them has
 * a row; and that each counterexample replays from its token in another process.
 */
public class ExplorerIT {
    /** Of the violation shown first; others have their own. */
    private static final Pattern TOKEN = Pattern.compile("\"token\": ?\"([^\"]+)\",\\s*\"violations\"");
    private static final Pattern VIOLATION = Pattern.compile(
            "\"oracle\": ?\"([^\"]+)\"[^}]*?\"token\": ?\"([^\"]+)\"");
    private static final Pattern FAIL = Pattern.compile("(?m)^fail: ");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void mips() throws Exception {
        explore("mips/*", 9 * 13);
    }

    @Test
    public void pseries() throws Exception {
        explore("pseries/*", 8);
    }

    @Test
    public void vtd() throws Exception {
        explore("vtd/*", 3 * 19);
    }

    /** The kernel's warning is no end: one search finds schedules with it in which all goes on, and some that hang. */
    @Test
    public void theWarningWithoutAHangAndTheHangAreSchedulesOfOneSearch() throws Exception {
        for (String patch : List.of("kmap-high-get", "arm-l1-vipt")) {
            RunnableJar.Result result = RunnableJar.run(folder, "scenario:explore", "mips/pkmap-wrap", "--patch", patch,
                    "--format", "json");
            assertEquals(result.out() + result.err(), 1, result.code());
            Map<String, String> tokens = new HashMap<>();
            for (Matcher violation = VIOLATION.matcher(result.out()); violation.find();) {
                tokens.putIfAbsent(violation.group(1), violation.group(2));
            }
            assertEquals(Set.of("no-bug", "no-ipi-with-irqs-off", "no-lock-cycle"), tokens.keySet());
            for (String oracle : List.of("no-bug", "no-ipi-with-irqs-off")) {
                String warning = RunnableJar.run(folder, "scenario:replay", tokens.get(oracle)).out();
                assertTrue(warning, warning.contains(oracle + ": ") && !warning.contains("deadlock"));
            }
            String hang = RunnableJar.run(folder, "scenario:replay", tokens.get("no-lock-cycle")).out();
            assertTrue(hang, hang.contains("\nfail: no-lock-cycle: deadlock: ")
                    && hang.contains("\non the way: no-ipi-with-irqs-off: "));
        }
    }

    /** Patches that pass alone pass when one gives way to the other at any service call; the others need not. */
    @Test
    public void swaps() throws Exception {
        swap("mips/*", "arm-l1-vipt,ppc-irq-off,per-page-irq-off,stack-kmap", "three-slots,stack-kmap,arm-l1-vipt",
                9 * 10);
        swap("vtd/kdump-dma-during-attach*", "clear-then-flush,clear-present-first,copied-bitmap", "clear-*", 3 * 4);
        swap("pseries/*", "ddw-disabled", "limited-mask", 1);
    }

    private void swap(String scenarios, String patches, String swaps, int cells) throws Exception {
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:explore", scenarios, "--patch", patches,
                "--swap", swaps, "--check", "--budget", "10m");
        assertEquals(result.out() + result.err(), 0, result.code());
        assertTrue(result.out(), result.out().contains("check: all " + cells + " cells as expected"));
    }

    /** Explores with every patch and mutant, and replays every counterexample. */
    private void explore(String scenarios, int leastCells) throws Exception {
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:explore", scenarios, "--all", "--mutants",
                "--check", "--budget", "10m", "--format", "json");
        assertEquals(result.err(), 0, result.code());
        Matcher checked = Pattern.compile("check: all (\\d+) cells as expected").matcher(result.err());
        assertTrue(result.err(), checked.find());
        assertTrue(result.err(), Integer.parseInt(checked.group(1)) >= leastCells);
        assertFalse(result.out(), result.out().contains("\"exhausted\": false"));
        List<String> tokens = new ArrayList<>();
        for (Matcher token = TOKEN.matcher(result.out()); token.find();) {
            tokens.add(token.group(1));
        }
        assertFalse(result.out(), tokens.isEmpty());
        tokens.parallelStream().forEach(this::replay);
    }

    /** Each in a process of its own, as a line of commands ends at the first that fails. */
    private void replay(String token) {
        try {
            RunnableJar.Result replayed = RunnableJar.run(folder, "scenario:replay", token);
            assertEquals(token + replayed.out() + replayed.err(), 1, replayed.code());
            assertTrue(token + replayed.out(), FAIL.matcher(replayed.out()).find());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(token, e);
        }
    }
}
