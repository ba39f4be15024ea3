package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Each call that can fail does so once, in every scenario, against {@code failed.yaml}; and the token of what fails
 * leads to the same from the start. Patches are shared out, so that no process runs for long on a busy machine.
 */
public class FailedCallsIT {
    private static final Pattern FAILED = Pattern.compile(
        "\"verdict\": ?\"fail\",\\s*\"reason\": ?\"((?:[^\"\\\\]|\\\\.)*)\",\\s*\"token\": ?\"([^\"]+)\"");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void mips() throws Exception {
        again(sweep("mips/*", "kseg0-only,ppc-irq-off,arm-l1-vipt,kmap-high-get,per-page-irq-off,"
            + "kmap-high-get-fallback,three-slots,stack-kmap"));
    }

    @Test
    public void pseries() throws Exception {
        String patches = "all-windows,ddw-disabled,direct-only,pmem-guard,limited-mask";
        List<String> failed = new ArrayList<>();
        for (String scenario : List.of("pmem-online-wide", "hotplug-memory", "notifier-fails", "no-maxmem",
            "online-during-window-creation")) {
            failed.addAll(sweep("pseries/" + scenario, patches));
        }
        failed.addAll(sweep("pseries/pmem-online", "all-windows,ddw-disabled,limited-mask"));
        again(failed);
    }

    @Test
    public void vtd() throws Exception {
        List<String> failed = new ArrayList<>();
        for (String patches : List.of("no-flush,flush-new-did", "flush-old-did,copied-bitmap,clear-then-flush",
            "clear-present-first,upper-slot")) {
            failed.addAll(sweep("vtd/*", patches));
        }
        again(failed);
    }

    /** Returns token and reason of what fails, in turn. */
    private List<String> sweep(String scenarios, String patches) throws Exception {
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:explore", scenarios, "--patch", patches,
            "--fail-each", "--check", "--budget", "24h", "--format", "json");
        assertEquals(result.err(), 0, result.code());
        assertTrue(result.err(), result.err().contains(" cells as expected"));
        List<String> failed = new ArrayList<>();
        for (Matcher one = FAILED.matcher(result.out()); one.find();) {
            failed.add(one.group(2));
            failed.add(one.group(1));
        }
        return failed;
    }

    /** Some of what failed, run from the start. */
    private void again(List<String> failed) throws Exception {
        assertTrue(failed.size() > 6);
        for (int i = 0; i < failed.size(); i += 2 * Math.max(1, failed.size() / 6)) {
            RunnableJar.Result run = RunnableJar.run(folder, "scenario:replay", failed.get(i), "--format", "json");
            assertEquals(failed.get(i) + run.err(), 1, run.code());
            assertTrue(failed.get(i) + run.out(), run.out().contains(failed.get(i + 1)));
        }
    }
}
