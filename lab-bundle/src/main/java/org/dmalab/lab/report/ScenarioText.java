package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Oracle;
import org.dmalab.api.Preset;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.scenario.MachineSpecs;
import org.dmalab.lab.scenario.Scenario;

/** Scenarios in words, and as what {@code scenario:show --format json} prints. */
public final class ScenarioText {
    private final Catalog catalog;

    /** Names what a catalog has. */
    public ScenarioText(Catalog catalog) {
        this.catalog = catalog;
    }

    /** One line each: name and title. */
    public static String list(List<Scenario> scenarios) {
        return Layout.text(Layout.columns(scenarios.stream()
                .map(scenario -> List.of(scenario.name(), scenario.title())).toList(), ""));
    }

    /** One scenario in full. */
    public String show(Scenario scenario) {
        List<String> lines = new ArrayList<>();
        lines.add(scenario.name() + ": " + scenario.title());
        if (!scenario.source().isEmpty()) {
            lines.addAll(Layout.wrap(scenario.source(), "source: ", "        "));
        }
        if (!scenario.about().isEmpty()) {
            lines.add("");
            lines.addAll(Layout.wrap(scenario.about(), "  "));
        }
        lines.add("");
        machine(scenario, lines);
        section("steps", steps(scenario.arch(), scenario.steps()), lines);
        for (Scenario.Strand strand : scenario.concurrent()) {
            section("concurrently, " + strand.name() + where(strand), steps(scenario.arch(), strand.steps()), lines);
        }
        section("hardware by itself meanwhile", scenario.hardware().stream().map(List::of).toList(), lines);
        section("steps after that", steps(scenario.arch(), scenario.after()), lines);
        section("oracles that watch" + (scenario.oracles().isEmpty() ? " (all)" : ""),
                oracles(scenario).stream().map(one -> List.of(one.name(), one.summary())).toList(), lines);
        return Layout.text(lines);
    }

    /** Rows of two columns; what does not fit beside its name stands below it. */
    private static void section(String head, List<List<String>> rows, List<String> lines) {
        if (rows.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add(head);
        List<String> table = Layout.columns(rows, "  ");
        if (table.stream().allMatch(line -> line.length() <= Layout.WIDTH)) {
            lines.addAll(table);
            return;
        }
        for (List<String> row : rows) {
            lines.add("  " + row.get(0));
            lines.addAll(Layout.wrap(row.get(1), "      "));
        }
    }

    private void machine(Scenario scenario, List<String> lines) {
        Architecture architecture = catalog.architecture(scenario.arch());
        lines.add("machine");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("architecture", scenario.arch(), architecture.title()));
        Preset preset = MachineSpecs.preset(architecture, scenario.preset());
        rows.add(List.of("preset", preset.name(), preset.summary()));
        if (!scenario.profile().isEmpty()) {
            Preset profile = MachineSpecs.profile(architecture, scenario.profile());
            rows.add(List.of("profile", profile.name(), profile.summary()));
        }
        scenario.parameters().forEach((name, value) -> rows.add(List.of(name, number(value), "")));
        scenario.files().forEach((name, contents) -> rows.add(List.of(name, "a file of " + contents.length
                + " bytes", "")));
        lines.addAll(Layout.columns(rows, "  "));
    }

    /** Sizes and addresses are read as hexadecimal, counts as decimal. */
    private static String number(long value) {
        return value >= 0 && value < 4096 ? Long.toString(value) : "0x" + Long.toHexString(value);
    }

    private List<List<String>> steps(String arch, List<Scenario.Step> steps) {
        List<Action> actions = catalog.actions(arch);
        return steps.stream().map(step -> List.of(step.toString(), actions.stream()
                .filter(action -> action.name().equals(step.action())).findFirst().map(Action::summary).orElse("")))
                .toList();
    }

    private List<Oracle> oracles(Scenario scenario) {
        return catalog.oracles(scenario.arch()).stream()
                .filter(one -> scenario.oracles().isEmpty() || scenario.oracles().contains(one.name())).toList();
    }

    private static String where(Scenario.Strand strand) {
        String times = strand.times() == 1 ? "" : ", " + strand.times() + " times";
        if (strand.device()) {
            return ", a device" + times;
        }
        return " on processor " + strand.processor() + " at level " + strand.levelName() + times
                + (strand.migrates() ? ", may move to another processor" : "");
    }

    /** One scenario as JSON values. */
    public Map<String, Object> json(Scenario scenario) {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("preset", scenario.preset());
        machine.put("profile", scenario.profile());
        machine.put("set", scenario.parameters());
        machine.put("files", new TreeSet<>(scenario.files().keySet()));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("scenario", scenario.name());
        result.put("arch", scenario.arch());
        result.put("title", scenario.title());
        result.put("source", scenario.source());
        result.put("about", scenario.about());
        result.put("machine", machine);
        result.put("steps", jsonSteps(scenario.steps()));
        List<Object> strands = new ArrayList<>();
        for (Scenario.Strand strand : scenario.concurrent()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", strand.name());
            if (!strand.device()) {
                one.put("processor", strand.processor());
            }
            one.put("level", strand.levelName());
            one.put("times", strand.times());
            one.put("migrates", strand.migrates());
            one.put("steps", jsonSteps(strand.steps()));
            strands.add(one);
        }
        result.put("concurrent", strands);
        result.put("hardware", scenario.hardware());
        result.put("after", jsonSteps(scenario.after()));
        result.put("oracles", oracles(scenario).stream().map(Oracle::name).toList());
        return result;
    }

    private static List<Object> jsonSteps(List<Scenario.Step> steps) {
        List<Object> result = new ArrayList<>();
        for (Scenario.Step step : steps) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("action", step.action());
            one.put("values", step.values());
            result.add(one);
        }
        return result;
    }
}
