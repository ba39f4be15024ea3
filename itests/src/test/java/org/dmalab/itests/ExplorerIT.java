package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * What exploring finds in the scenarios with concurrent parts, against {@code explored.yaml}, in which each of them has
 * a row; and that every token that a search prints leads another process to the violation it was printed for.
 */
public class ExplorerIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void mips() throws Exception {
        explore(9 * 13, "mips/*", "--all", "--mutants");
    }

    @Test
    public void pseries() throws Exception {
        explore(3 * 29, "pseries/*", "--all", "--mutants");
    }

    @Test
    public void vtd() throws Exception {
        explore(8 * 19, "vtd/*", "--all", "--mutants");
    }

    /** The kernel's warning is no end: one search finds schedules with it in which all goes on, and some that hang. */
    @Test
    public void theWarningWithoutAHangAndTheHangAreSchedulesOfOneSearch() throws Exception {
        for (String patch : List.of("kmap-high-get", "arm-l1-vipt")) {
            RunnableJar.Result result = RunnableJar.run(folder, "scenario:explore", "mips/pkmap-wrap", "--patch", patch,
                    "--format", "json");
            assertEquals(result.out() + result.err(), 1, result.code());
            Map<String, String> tokens = new HashMap<>();
            for (JsonNode violation : JSON.readTree(result.out()).get("violations")) {
                tokens.putIfAbsent(violation.get("oracle").asText(), violation.get("token").asText());
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
        explore(9 * 10, "mips/*", "--patch", "arm-l1-vipt,ppc-irq-off,per-page-irq-off,stack-kmap", "--swap",
                "three-slots,stack-kmap,arm-l1-vipt");
        explore(3 * 4, "vtd/kdump-dma-during-attach*", "--patch", "clear-then-flush,clear-present-first,copied-bitmap",
                "--swap", "clear-*");
        explore(3, "pseries/*", "--patch", "ddw-disabled", "--swap", "limited-mask");
    }

    /** Of calls that differ in nothing but their number the first one is printed. */
    @Test
    public void callsThatFail() throws Exception {
        Map<String, String> found = new LinkedHashMap<>();
        Set<String> printed = new HashSet<>();
        for (JsonNode one : run(1, "scenario:explore", "pseries/hotplug-memory", "vtd/kdump-probe-qemu",
                "mips/unmapped-highmem-sg", "--all", "--fail-each", "--budget", "24h")) {
            String what = List.of(one.get("scenario"), one.get("patch"), one.get("call"), one.get("line")).toString();
            if (one.get("verdict").asText().equals("fail") && !one.get("token").asText().isEmpty()
                    && printed.add(what)) {
                found.put(one.get("token").asText(), one.get("reason").asText());
            }
        }
        for (JsonNode replayed : replay(found.keySet())) {
            assertEquals(found.get(replayed.get("token").asText()), replayed.get("reason").asText());
        }
    }

    /** Explores, holds the verdicts against the matrix, and takes every schedule again that is printed. */
    private void explore(int leastCells, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("scenario:explore", "--check", "--max-states", "10000000"));
        all.addAll(List.of(arguments));
        Map<String, List<String>> found = new LinkedHashMap<>();
        int cells = 0;
        for (JsonNode search : run(0, all.toArray(String[]::new))) {
            cells++;
            assertTrue(search.toString(), search.get("exhausted").asBoolean());
            for (JsonNode violation : search.get("violations")) {
                found.computeIfAbsent(violation.get("token").asText(), token -> new ArrayList<>())
                        .add(words(violation));
            }
        }
        assertTrue(cells + " cells", cells >= leastCells);
        for (JsonNode replayed : replay(found.keySet())) {
            List<String> again = new ArrayList<>();
            replayed.get("violations").forEach(violation -> again.add(words(violation)));
            List<String> printed = found.get(replayed.get("token").asText());
            assertTrue(replayed.get("token") + ": the search says " + printed + ", the replay " + again,
                    again.containsAll(printed));
        }
    }

    private static String words(JsonNode violation) {
        return violation.get("oracle").asText() + ": " + violation.get("message").asText();
    }

    /** One process for all, in the order of the tokens; each verdict is {@code fail}. */
    private JsonNode replay(Set<String> tokens) throws Exception {
        assertFalse(tokens.isEmpty());
        List<String> words = new ArrayList<>(List.of("scenario:replay", "--brief"));
        words.addAll(tokens);
        JsonNode replayed = run(1, words.toArray(String[]::new));
        assertEquals(tokens.size(), replayed.size());
        int at = 0;
        for (String token : tokens) {
            assertEquals(token, replayed.get(at).get("token").asText());
            assertEquals(token, "fail", replayed.get(at++).get("verdict").asText());
        }
        return replayed;
    }

    /** Runs a command with JSON; an array also if there is one element only. */
    private JsonNode run(int code, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--format", "json"));
        RunnableJar.Result result = RunnableJar.run(folder, all.toArray(String[]::new));
        assertEquals(result.err(), code, result.code());
        JsonNode json = JSON.readTree(result.out());
        return json.isArray() ? json : JSON.createArrayNode().add(json);
    }
}
