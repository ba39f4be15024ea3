package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;
import org.dmalab.api.Tool;
import org.dmalab.vtd.VtdArchitecture;
import org.dmalab.vtd.hardware.FlushMatrix;
import org.dmalab.vtd.hardware.FlushMatrix.Change;
import org.dmalab.vtd.hardware.FlushMatrix.Row;
import org.dmalab.vtd.hardware.UnitProfile;
import org.osgi.service.component.annotations.Component;

/** {@code vtd.flush-matrix}: what a device reads after each flush and each change of the tables, with a profile. */
@Component(service = Tool.class, property = Tool.ARCH + "=vtd")
public final class FlushMatrixTool implements Tool {
    private static final String PROFILE = "profile";
    private static final String LEGEND = """

            Domain-id 5 (OLD) is cached, the tables are changed in memory, the flush is done, the device reads:
              ctx      context entry switched to domain-id 9 (NEW) and other tables
              ctxWO    the same; the old PTE was write-only and cached by a write
              pte      PTE changed to another page
              pteWO    the same; the old PTE was write-only and cached by a write
              pteNP    PTE from not present to read-write, after a read that faulted
              ptePerm  PTE from read-write to write-only
            NEW, OLD: the page that was read. F6: a fault with reason 6 (no read permission) was recorded.
            silent0: nothing was read and nothing recorded. CC: context cache; DSI, PSI: IOTLB by domain, by page.
            """;

    @Override
    public String name() {
        return "vtd.flush-matrix";
    }

    @Override
    public String summary() {
        return "Shows what a device reads after each sequence of flushes and each change of the tables, computed.";
    }

    @Override
    public List<Parameter> parameters() {
        String[] names = profiles().stream().map(Preset::name).toArray(String[]::new);
        return List.of(Parameter.choice(PROFILE, "how the remapping unit behaves", names[0], names));
    }

    private static List<Preset> profiles() {
        return new VtdArchitecture().profiles();
    }

    @Override
    public Result run(Input input) {
        Preset profile = profiles().get((int) input.values().get(PROFILE));
        List<Row> rows = FlushMatrix.compute(UnitProfile.of(profile.values()));
        return new Result("profile " + profile.name() + ": " + profile.summary() + "\n\n" + table(rows) + LEGEND,
                json(profile.name(), rows));
    }

    private static String table(List<Row> rows) {
        int first = rows.stream().mapToInt(row -> row.flush().length()).max().orElse(0);
        int width = Stream.concat(Stream.of(Change.values()).map(Change::label),
                rows.stream().flatMap(row -> row.outcomes().stream())).mapToInt(String::length).max().orElse(0);
        StringBuilder text = new StringBuilder();
        line(text, "flush after the change", first, Stream.of(Change.values()).map(Change::label).toList(), width);
        rows.forEach(row -> line(text, row.flush(), first, row.outcomes(), width));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, int first, List<String> cells, int width) {
        StringBuilder line = new StringBuilder(name).append(" ".repeat(first - name.length()));
        cells.forEach(cell -> line.append("  ").append(cell).append(" ".repeat(width - cell.length())));
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static Map<String, Object> json(String profile, List<Row> rows) {
        List<Object> list = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> results = new LinkedHashMap<>();
            Stream.of(Change.values()).forEach(change -> results.put(change.label(), row.outcome(change)));
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("flush", row.flush());
            one.put("results", results);
            list.add(one);
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put(PROFILE, profile);
        facts.put("rows", list);
        return facts;
    }
}
