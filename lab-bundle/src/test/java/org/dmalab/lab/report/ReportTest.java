package org.dmalab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import javax.xml.parsers.DocumentBuilderFactory;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;

import org.dmalab.api.cpu.Op;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.fake.FakePlatform;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.run.Comparison;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.run.Timeline;
import org.dmalab.lab.scenario.ExpectedMatrix;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioReader;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final String TRANSFER = """
            title: A transfer out and one in
            source: nobody's mailing list, 2026
            about: |
              A buffer is written by a processor, given to a device that reads it, and taken back. The patch has to
              flush the cache, or the device reads what was in memory before.

              Then the other way round.
            machine: {preset: small}
            steps:
              - kernel.boot
              - cpu.write: {address: 0x4000, size: 256}
              - dma.map: {address: 0x4000, size: 256, direction: out}
              - device.read: {size: 256}
              - dma.unmap: {address: 0x4000, size: 256, direction: out}
              - device.read: {size: 8}
            """;
    private static final String REFUSED = "title: A refusal\nmachine: {preset: small}\nsteps: [memory.online]\n";

    private static Scenario scenario(String number, String yaml) {
        return new ScenarioReader(FakePlatform.catalog()).read(yaml, "test.yaml",
                Path.of("fake/" + number + ".yaml"));
    }

    private static final Scenario FIRST = scenario("01-transfer", TRANSFER);
    private static final Scenario SECOND = scenario("02-online", REFUSED);

    private static Comparison compare() {
        List<Selection> patches = new ArrayList<>(Selection.parseList("no-flush,exact,off-by-one"));
        patches.add(Selection.parse("Iommu=exact,MemoryNotifier=refuse"));
        patches.add(Selection.of("hidden-counter"));
        List<RunResult> told = new ArrayList<>();
        Comparison comparison = Comparison.run(new Runner(FakePlatform.catalog()), List.of(FIRST, SECOND),
                scenario -> patches, RunOptions.DEFAULT, told::add);
        assertEquals(comparison.results(), told);
        return comparison;
    }

    private static List<Tested> tested(Comparison comparison) {
        return comparison.results().stream().map(Tested::of).toList();
    }

    @Test
    void everyReportIsTheSameTwiceAndAsInTheFile() throws IOException {
        Comparison comparison = compare();
        Comparison again = compare();
        assertEquals(MatrixReport.text(comparison), MatrixReport.text(again));
        Golden.check("matrix.txt", MatrixReport.text(comparison));
        Golden.check("results.json", JsonReport.results(comparison.results()));
        Golden.check("junit.xml", JunitReport.text(tested(comparison)));
        Golden.check("ktap.txt", KtapReport.text(tested(comparison)));
        Golden.check("run-fail.txt", TextReport.run(comparison.result("fake/transfer", "no-flush").orElseThrow()));
        Golden.check("run-pass.txt", TextReport.run(comparison.result("fake/transfer", "exact").orElseThrow()));
        Golden.check("run-refused.txt", TextReport.run(comparison.result("fake/online", "exact+refuse")
                .orElseThrow()));
        Golden.check("tour.txt", TourReport.text(FIRST, comparison.results().stream()
                .filter(one -> one.scenario().equals("fake/transfer")).toList(),
                FakePlatform.catalog().variants("fake")));
        Golden.check("diff.txt", PatchDiff.text(comparison.result("fake/transfer", "exact").orElseThrow(),
                comparison.result("fake/transfer", "off-by-one").orElseThrow()));
        Golden.check("patches.json", JsonReport.patches(FakePlatform.catalog().variants("fake").subList(0, 2)));
        Golden.check("scenarios.json", JsonReport.scenarios(List.of(FIRST, SECOND)));
    }

    @Test
    void jsonHasTheShapeOfTheContract() {
        JsonArray array = JsonParser.parseString(JsonReport.results(compare().results())).getAsJsonArray();
        assertEquals(10, array.size());
        array.forEach(one -> {
            assertEquals(List.of("scenario", "patch", "profile", "backend", "verdict", "reason", "violations",
                    "metrics"), List.copyOf(one.getAsJsonObject().keySet()));
            one.getAsJsonObject().getAsJsonArray("violations").forEach(violation -> assertEquals(
                    List.of("oracle", "step", "message"), List.copyOf(violation.getAsJsonObject().keySet())));
        });
    }

    @Test
    void ktapNamesAreUniqueAndPlansAreRight() {
        String[] lines = KtapReport.text(tested(compare())).split("\n");
        Set<String> names = new HashSet<>();
        int tests = 0;
        for (String line : lines) {
            if (line.matches("\\s*(not )?ok \\d+ .*")) {
                tests++;
                assertTrue(names.add(line.replaceAll("^\\s*(not )?ok \\d+ ", "").replaceAll(" # .*", "")), line);
            }
        }
        assertEquals(2 + 10, tests);
        assertEquals("KTAP version 1", lines[0]);
        assertEquals("1..2", lines[1]);
    }

    private static RunResult hostile() {
        Timeline timeline = new Timeline(List.of(entry(1, "H_A(1)", 0), entry(2, "odd", 7)), 9);
        return new RunResult("fake/<&\"#", "p\u0001\uD800]]>", "", "embedded", Verdict.FAIL, "a\nb # \u0000 <x>",
                List.of(new Violation("o", 2, "line\nother\u001b[31m")), new TreeMap<>(), timeline, List.of());
    }

    private static Timeline.Entry entry(long step, String words, long skipped) {
        return new Timeline.Entry(step, step * 1000, 0, Op.HCALL, words, skipped);
    }

    @Test
    void hostileTextIsEscaped() throws Exception {
        Comparison comparison = new Comparison(List.of(hostile()));
        String xml = JunitReport.text(tested(comparison));
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        assertEquals("p\uFFFD\uFFFD]]>", document.getElementsByTagName("testcase").item(0).getAttributes()
                .getNamedItem("name").getTextContent());
        assertEquals("p\u0001\uD800]]>", JsonParser.parseString(JsonReport.results(comparison.results()))
                .getAsJsonArray().get(0).getAsJsonObject().get("patch").getAsString());
        String ktap = KtapReport.text(tested(comparison));
        assertEquals(8, ktap.lines().count(), ktap);
        assertTrue(ktap.endsWith("not ok 1 fake/<&\"_\n"), ktap);
        assertTrue(TextReport.run(hostile()).contains("... 7 not kept ..."));
    }

    @Test
    void repeatsAreCollapsed() {
        List<Timeline.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 423; i++) {
            entries.add(entry(i + 1, "H_PUT_TCE_INDIRECT(0x80000001, " + i + ") = H_SUCCESS (0)", 0));
        }
        entries.add(entry(424, "H_OTHER() = 0", 0));
        List<String> lines = TimelineText.lines(entries, Set.of());
        assertEquals(3, lines.size());
        assertEquals("              ... 422 more H_PUT_TCE_INDIRECT ...", lines.get(1));
        List<String> marked = TimelineText.lines(entries, Set.of(200L));
        assertEquals(6, marked.size());
        assertTrue(marked.get(2).startsWith(">      200 "), marked.get(2));
        assertEquals("              ... 198 more H_PUT_TCE_INDIRECT ...", marked.get(1));
        assertEquals(3, TimelineText.lines(entries.subList(0, 3), Set.of()).size());
    }

    @Test
    void longTimelinesAreShownFromBothEnds() {
        List<Timeline.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            entries.add(entry(i + 1, (i % 2 == 0 ? "even " : "odd ") + i, 0));
        }
        String text = TextReport.run(new RunResult("s", "p", "", "embedded", Verdict.PASS, "", List.of(),
                new TreeMap<>(), new Timeline(entries, 100), List.of()));
        assertTrue(text.contains("... 40 lines ..."), text);
    }

    @Test
    void diffOfEqualAndOfCutTimelines() {
        Timeline one = new Timeline(List.of(entry(1, "a", 0), entry(2, "b", 0)), 2);
        Timeline longer = new Timeline(List.of(entry(1, "a", 0), entry(2, "b", 0), entry(3, "c", 0)), 3);
        Timeline cut = new Timeline(List.of(entry(1, "a", 0), entry(9, "z", 7)), 9);
        assertEquals(-1, PatchDiff.firstDifference(one, one));
        assertEquals(2, PatchDiff.firstDifference(one, longer));
        assertEquals(-1, PatchDiff.firstDifference(one, cut));
        assertTrue(PatchDiff.text(result(one), result(one)).endsWith("The timelines are the same.\n"));
        assertTrue(PatchDiff.text(result(cut), result(one)).endsWith("the same as far as they were kept.\n"));
        assertTrue(PatchDiff.text(result(one), result(longer)).contains("then with p: nothing more"));
        assertTrue(PatchDiff.text(result(one), result(new Timeline(List.of(), 0)))
                .contains("The timelines differ from the start."));
    }

    private static RunResult result(Timeline timeline) {
        return new RunResult("s", "p", "", "embedded", Verdict.PASS, "", List.of(), new TreeMap<>(), timeline,
                List.of());
    }

    @Test
    void differencesFromTheExpectedMatrix() {
        Comparison comparison = compare();
        ExpectedMatrix matrix = ExpectedMatrix.read("transfer: {no-flush: fail, exact: fail, off-by-one: fail, "
                + "exact+refuse: pass, hidden-counter: broken}\nonline: {no-flush: pass}\n", "e.yaml", "fake");
        List<String> differences = Differences.of(comparison.results().stream().map(Tested::of).toList(),
                arch -> Optional.of(matrix)).stream().map(Differences.Difference::toString).toList();
        assertEquals(5, differences.size(), differences::toString);
        assertEquals("fake/transfer with exact: pass, expected fail", differences.get(0));
        assertTrue(differences.get(4).startsWith("fake/online with hidden-counter: broken (hidden state: "));
        assertTrue(differences.get(4).endsWith("expected nothing: the matrix has no such cell"));
        assertTrue(comparison.has(Verdict.BROKEN));
        assertFalse(new Comparison(List.of()).has(Verdict.BROKEN));
    }
}
