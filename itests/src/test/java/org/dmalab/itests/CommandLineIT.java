package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The command line as scripts rely on it: exit codes, one document on standard output, the same bytes twice. */
public class CommandLineIT {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private RunnableJar.Result run(String... arguments) throws Exception {
        return RunnableJar.run(folder, arguments);
    }

    @Test
    public void aFailingRunEndsWithOneAndShowsItsEvidence() throws Exception {
        RunnableJar.Result result = run("scenario:run", "pseries/pmem-online", "--patch", "direct-only");
        assertEquals(result.err(), 1, result.code());
        assertTrue(result.out(), result.out().contains("H_PUT_TCE_INDIRECT(liobn 0x80000001, ioba 0x800040380000000"));
        assertTrue(result.out(), result.out().contains("H_PARAMETER"));
        assertTrue(result.out(), result.out().contains("-EPERM"));
        assertEquals(0, run("scenario:run", "--patch=pmem-guard", "pseries/pmem-online").code());
    }

    /** The bug report as somebody types it: what the old kernel breaks is seen when it breaks, and taken back. */
    @Test
    public void aNamedMachineTellsWhatAnActionViolates() throws Exception {
        String crash = "machine:create pc vtd --patch no-flush; kernel:crash pc; kernel:kdump pc; "
            + "device:dma pc --device 02:00.0 --address 0xffffe040; ";
        RunnableJar.Result result = run("-c", crash + "driver:probe pc --device 02:00.0; machine:show pc;"
            + "machine:back pc; patch:use pc flush-old-did; driver:probe pc --device 02:00.0; machine:show pc");
        assertEquals(result.err(), 1, result.code());
        assertTrue(result.out(), result.out().matches("(?s).*driver.probe device=02:00.0 = -ETIMEDOUT\n"
            + "violation of .*\nviolation of dma-reaches-mapping at step \\d+: DMA read of 02:00.0 at bus 0xfffff000 .*"
            + "oracles watch: \\d+ violations\nviolation of .* driver.probe device=02:00.0: .*"
            + "undone: driver.probe device=02:00.0\n.*driver.probe device=02:00.0 = 0\n.*"
            + "oracles watch: nothing was violated\n.*"));
        RunnableJar.Result json = run("-c", crash + "driver:probe pc --device 02:00.0 --format json");
        assertEquals(1, json.code());
        assertTrue(json.out(), json.out().contains("\"oracle\": \"dma-reaches-mapping\""));
        assertEquals(0, run("-c", crash.replace("vtd", "vtd --oracles none")
                + "driver:probe pc --device 02:00.0").code());
    }

    @Test
    public void theSameCommandTwiceGivesTheSameBytes() throws Exception {
        String[] compare = {"scenario:compare", "pseries/pmem-online", "vtd/kdump-stale-context",
            "mips/unmapped-highmem-sg", "--all", "--format", "json"};
        RunnableJar.Result first = run(compare);
        assertEquals(0, first.code());
        assertTrue(first.out(), first.out().startsWith("["));
        assertEquals(first.out(), run(compare).out());
        String[] runOnce = {"scenario:run", "mips/unmapped-highmem-sg", "--patch", "kmap-high-get"};
        assertEquals(run(runOnce).out(), run(runOnce).out());
    }

    @Test
    public void everyExpectationHoldsMutantsIncluded() throws Exception {
        RunnableJar.Result result = run("scenario:compare", "*", "--all", "--mutants", "--check");
        assertEquals(result.out() + result.err(), 0, result.code());
    }

    @Test
    public void tourExplainsTheThreeReports() throws Exception {
        RunnableJar.Result result = run("tour");
        assertEquals(result.err(), 0, result.code());
        for (String name : new String[] {"pmem-online", "kdump-stale-context", "unmapped-highmem-sg"}) {
            assertTrue(result.out(), result.out().contains(name));
        }
    }

    @Test
    public void unknownNamesAndBadFilesEndWithTwoAndOneLine() throws Exception {
        assertError("pmem-online", run("scenario:run", "pseries/pmem-onlin"));
        assertError("pmem-guard", run("scenario:run", "pseries/pmem-online", "--patch", "pmem-gaurd"));
        assertError("powervm", run("scenario:run", "pseries/pmem-online", "--profile", "powervn"));
        assertError("--patch", run("scenario:run", "pseries/pmem-online", "--pacth", "pmem-guard"));
        assertError("embedded", run("scenario:run", "pseries/pmem-online", "--backend", "qemu"));
        Path bad = folder.getRoot().toPath().resolve("bad.yaml");
        Files.writeString(bad, "title: t\nsource: s\nmachine:\n  arch: mips\nstepps: []\n");
        assertError("bad.yaml:5:1", run("scenario:run", bad.toString()));
        Files.writeString(bad, "title: [t\n");
        assertError("bad.yaml:", run("scenario:validate", bad.toString()));
        Path blob = folder.getRoot().toPath().resolve("cut.dtb");
        Files.write(blob, new byte[] {(byte) 0xd0, 0x0d, (byte) 0xfe, (byte) 0xed, 0, 0});
        Files.writeString(bad, "title: t\nsource: s\nmachine:\n  arch: pseries\n  files: {deviceTree: cut.dtb}\n"
            + "steps:\n  - kernel.boot\n");
        assertError("bad.yaml:5:23: machine.files.deviceTree: file " + blob + ": device tree, offset 0x6",
            run("scenario:run", bad.toString()));
    }

    private static void assertError(String expected, RunnableJar.Result result) {
        assertEquals(result.out() + result.err(), 2, result.code());
        assertTrue(result.err(), result.err().contains(expected));
        assertEquals(result.err(), 1, result.err().lines().count());
        assertEquals("", result.out());
    }

    /** Each error is one line that names what is wrong and, where something near it is known, that. */
    @Test
    public void wrongWordsEndWithTwoAndOneLine() throws Exception {
        for (String[] line : new String[][] {
            {"did you mean scenario:compare?", "scenario:compere", "mips/*"},
            {"unknown command ;", ""},
            {"did you mean --patch?", "scenario:run", "--ptach=x", "mips/shared-page"},
            {"option --format is given twice", "patch:list", "--format", "json", "--format", "text"},
            {"option --patch needs a value", "scenario:run", "mips/shared-page", "--patch"},
            {"did you mean json?", "patch:list", "--format=jsn"},
            {"argument NAME is missing", "scenario:compare", "--all"},
            {"did you mean \"stack-kmap\"?", "patch:show", "stack-kmpa"},
            {"did you mean \"BCM7425\"?", "machine:create", "m", "BCM7524"},
            {"did you mean \"strict\"?", "machine:create", "m", "mips", "--profile", "stirct"},
            {"is a folder of scenarios", "scenario:run", "mips"},
            {"no scenario matches \"nips/*\"", "scenario:compare", "nips/*"},
            {"there is no directory /nowhere", "scenario:list", "--output", "/nowhere/x.json"},
            {"there is no machine m", "machine:show", "m"},
            {"line 1, column 12: the quote \" is never closed; nothing was run", "-c", "patch:show \"x; version"},
            {"line 2, column 6: the bracket { is never closed; nothing was run", "-c", "version\necho {"},
            {"Command name evaluates to null: $x", "-c", "$x y"},
            {"page:alloc: option --page: \"-1\", expected a number", "-c",
                "machine:create m mips --cold --output made; page:alloc m --page -1"},
        }) {
            assertError(line[0], run(Arrays.copyOfRange(line, 1, line.length)));
        }
    }

    /** The names of a document's fields, in their order, each once; a document is indented by two blanks a level. */
    private static List<String> fields(String document, int depth) {
        return Pattern.compile("(?m)^ {" + 2 * depth + "}\"(\\w+)\":").matcher(document).results()
            .map(found -> found.group(1)).distinct().toList();
    }

    @Test
    public void documentsHaveTheFieldsThatScriptsRelyOn() throws Exception {
        for (String[] line : new String[][] {
            {"scenario arch title source", "scenario:list mips --format json"},
            {"arch patch services commit since origin description", "patch:list --format=json vtd"},
            {"machine preset profile backend patches", "version; machine:create m mips; machine:list --format json"},
            {"scenario patch profile backend verdict reason violations metrics",
                "scenario:compare --format json --patch pmem-guard,direct-only pseries/pmem-online"},
        }) {
            RunnableJar.Result result = run("-c", line[1]);
            assertEquals(line[1] + result.err(), 0, result.code());
            assertTrue(result.out(), result.out().startsWith("[\n  {\n") && result.out().endsWith("  }\n]\n"));
            assertEquals(line[1], List.of(line[0].split(" ")), fields(result.out(), 2));
        }
        RunnableJar.Result storm = run("-c", "machine:create m mips; patch:storm --swaps 50 m --format json");
        assertTrue(storm.err(), storm.err().contains("machine m: BCM7425"));
        assertEquals(List.of("swaps", "calls", "failed", "lost", "violations", "secondsTotal", "swapMicros"),
            fields(storm.out(), 1));
        assertEquals(List.of("p50", "p99", "max"), fields(storm.out(), 2));
    }

    @Test
    public void aParameterOfAnActionMayHaveTheNameOfAnOption() throws Exception {
        RunnableJar.Result result = run("-c", "machine:create m mips; cache:prefetch m --page 62 --processor 1");
        assertEquals(result.err(), 0, result.code());
        assertTrue(result.out(), result.out().contains("cache.prefetch page=62 processor=1 = "));
    }

    @Test
    public void aResultGoesToTheFileAndNowhereElse() throws Exception {
        String printed = run("scenario:run", "mips/shared-page", "--format", "ktap").out();
        assertTrue(printed, printed.startsWith("KTAP version 1\n1..1\n"));
        RunnableJar.Result written = run("scenario:run", "--output", "result", "--format", "ktap", "mips/shared-page");
        assertEquals("", written.out() + written.err());
        assertEquals(printed, Files.readString(folder.getRoot().toPath().resolve("result")));
    }

    @Test
    public void exploringFindsWhatNoRestoreBreaks() throws Exception {
        RunnableJar.Result good = run("scenario:explore", "mips/interrupted-flush", "--patch", "arm-l1-vipt",
            "--max-states", "1000000");
        assertEquals(good.out() + good.err(), 0, good.code());
        RunnableJar.Result mutant = run("scenario:explore", "mips/interrupted-flush", "--patch", "arm-no-restore",
            "--max-states", "1000000");
        assertEquals(mutant.out() + mutant.err(), 1, mutant.code());
        assertTrue(mutant.out(), mutant.out().contains("op-on-intended-page"));
        String token = mutant.out().replaceAll("(?s).*?scenario:replay (\\S+).*", "$1");
        RunnableJar.Result replayed = run("scenario:replay", token);
        assertEquals(replayed.out() + replayed.err(), 1, replayed.code());
        assertTrue(replayed.out(), replayed.out().contains("\nfail: no-bug: kernel BUG at"));
    }

    @Test
    public void tokensAreChecked() throws Exception {
        assertError("this is no token", run("scenario:debug", "x"));
        assertError("this is no token", run("scenario:replay", "x"));
    }

    @Test
    public void whatTheMachinesNeedCannotBeStopped() throws Exception {
        for (String name : new String[] {"org.dmalab.lab", "org.dmalab.api", "org.dmalab.shell",
            "org.apache.felix.scr", "org.apache.felix.configadmin", "org.apache.felix.framework"}) {
            assertError("need " + name, run("bundle:stop", name));
        }
        RunnableJar.Result result = run("-c", "machine:create m mips; bundle:stop org.dmalab.mips");
        assertEquals(result.err(), 0, result.code());
        assertTrue(result.out() + result.err(), (result.out() + result.err()).contains("machine m has no variant for"));
    }

    @Test
    public void aStormGivesThePatchBack() throws Exception {
        RunnableJar.Result result = run("-c", "machine:create m mips --patch ppc-irq-off; patch:storm m --swaps 7 "
            + "--patch per-page-irq-off,stack-kmap; machine:show m");
        String all = result.out() + result.err();
        assertEquals(all, 0, result.code());
        assertTrue(all, all.contains("machine m has ppc-irq-off in use again"));
        assertTrue(all, result.out().contains("patch CacheFlush = ppc-irq-off"));
    }

    @Test
    public void whatIsDroppedInAndOfNoUseIsTold() throws Exception {
        String[] command = {"scenario:compare", "vtd/kdump-stale-context", "--patch", "flush-old-did"};
        String expected = run(command).out();
        Path bundles = Files.createDirectories(folder.getRoot().toPath().resolve("bundles"));
        Files.writeString(bundles.resolve("garbage.jar"), "no jar at all");
        variant(bundles.resolve("imposter.jar"), "imposter", "flush-old-did");
        variant(bundles.resolve("odd.jar"), "odd", "Odd)(dmalab.patch=*");
        RunnableJar.Result result = run(command);
        assertEquals(result.err(), 0, result.code());
        assertEquals(expected, result.out());
        assertTrue(result.err(), result.err().contains("warning: bundles/garbage.jar: not a jar that can be read"));
        assertTrue(result.err(),
                result.err().contains("warning: bundle imposter, component example.GlobalFlush: vtd has "
            + "a variant flush-old-did in bundle org.dmalab.vtd"));
        assertTrue(result.err(), result.err().contains("warning: bundle odd, component example.GlobalFlush: dmalab."
            + "id is \"Odd)(dmalab.patch=*\", so it is no variant"));
        assertEquals(result.err(), 3, result.err().lines().count());
        RunnableJar.Result machine = run("-c", "machine:create m vtd --patch flush-old-did; machine:show m");
        assertEquals(machine.err(), 0, machine.code());
    }

    /** The example under another name, with another id and a ranking above all. */
    private static void variant(Path jar, String name, String id) throws Exception {
        Path example = Platform.root().resolve("examples/patch-bundle/target/global-flush-1.0.0.jar");
        try (ZipFile from = new ZipFile(example.toFile());
            ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (ZipEntry entry : Collections.list(from.entries())) {
                byte[] bytes = from.getInputStream(entry).readAllBytes();
                if (entry.getName().endsWith(".xml") || entry.getName().endsWith(".MF")) {
                    bytes = new String(bytes, StandardCharsets.UTF_8).replace("SymbolicName: global-flush",
                        "SymbolicName: " + name).replace("value=\"global-flush\"/>", "value=\"" + id + "\"/>"
                        + "<property name=\"service.ranking\" type=\"Integer\" value=\"100\"/>")
                        .getBytes(StandardCharsets.UTF_8);
                }
                to.putNextEntry(new ZipEntry(entry.getName()));
                to.write(bytes);
            }
        }
    }
}
