package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.List;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.report.JsonReport;
import org.dmalab.lab.report.Layout;
import org.dmalab.lab.report.TourReport;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.scenario.Workbench.Cell;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The main job, explained: {@code tour} compares every patch on the scenarios of the three bug reports. */
@Component(service = {CommandSet.class, TourCommand.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=" + CommandSpec.BARE_SCOPE,
    CommandProcessor.COMMAND_FUNCTION + "=tour"})
public final class TourCommand implements CommandSet {
    static final List<String> STOPS = List.of("pseries/pmem-online", "vtd/kdump-stale-context",
            "mips/unmapped-highmem-sg");
    private static final CommandSpec TOUR = CommandSpec.command(CommandSpec.BARE_SCOPE, "tour",
            "Compares every patch on the scenarios of three bug reports and explains what comes out.")
            .option("--jobs", "N", Commands.JOBS_HELP).build();

    private final Catalog catalog;
    private final Workbench bench;

    /** Wired by Declarative Services. */
    @Activate
    public TourCommand(@Reference Catalog catalog) {
        this.catalog = catalog;
        this.bench = new Workbench(catalog);
    }

    @Override
    public List<CommandSpec> commands() {
        return specs();
    }

    static List<CommandSpec> specs() {
        return List.of(TOUR);
    }

    /** The command {@code tour}. */
    public Object tour(CommandSession session, String... words) {
        return Commands.run(TOUR, words, session, args -> {
            List<Cell> cells = new ArrayList<>();
            for (Scenario scenario : bench.scenarios(STOPS)) {
                Selection.all(catalog, scenario.arch(), true, false)
                        .forEach(patch -> cells.add(bench.cell(scenario, patch, RunOptions.DEFAULT)));
            }
            CellRuns<RunResult> runs = bench.runAll(cells, Commands.jobs(args), RunOptions.DEFAULT);
            Commands.write(session, args, Commands.format(args).equals("text") ? text(cells, runs)
                    : JsonReport.results(runs.results()));
            return runs.exitCode(RunResult::verdict, false);
        });
    }

    private String text(List<Cell> cells, CellRuns<RunResult> runs) {
        StringBuilder text = new StringBuilder("Three bug reports, each run on its machine with every patch that was "
                + "proposed or merged for it.\nNobody tells the lab what must come out: its oracles only watch the "
                + "machine.\n");
        int number = 0;
        for (Scenario scenario : cells.stream().map(Cell::scenario).distinct().toList()) {
            List<RunResult> row = runs.results().stream()
                    .filter(result -> result.scenario().equals(scenario.name())).toList();
            if (!row.isEmpty()) {
                text.append("\n").append("-".repeat(Layout.WIDTH)).append("\n").append(++number).append(". ")
                        .append(TourReport.text(scenario, row, catalog.variants(scenario.arch())));
            }
        }
        return text + (runs.interrupted() ? "" : next(runs));
    }

    private static String next(CellRuns<RunResult> runs) {
        String scenario = STOPS.get(0);
        List<RunResult> row = runs.results().stream().filter(result -> result.scenario().equals(scenario)).toList();
        String failing = patch(row, Verdict.FAIL, 0);
        String passing = patch(row, Verdict.PASS, row.size() - 1);
        List<String> lines = new ArrayList<>(List.of("", "-".repeat(Layout.WIDTH), "What to type next:"));
        lines.addAll(Layout.columns(List.of(
                List.of("scenario:run " + scenario + " --patch " + failing, "the timeline around the violation"),
                List.of("patch:diff " + failing + " " + passing + " " + scenario, "where two patches part"),
                List.of("patch:show " + passing, "the order of its steps, known defects"),
                List.of("scenario:list", "all scenarios; scenario:show NAME explains one"),
                List.of("scenario:compare 'pseries/*' --all --check", "a matrix, held against what is expected"),
                List.of("machine:create lpar0 pseries", "a machine to work with; then patch:use lpar0 " + passing),
                List.of("help", "all commands")), "  "));
        return Layout.text(lines);
    }

    /** The first patch with a verdict; without one, that at a position. */
    private static String patch(List<RunResult> row, Verdict verdict, int otherwise) {
        return row.stream().filter(result -> result.verdict() == verdict).findFirst().orElse(row.get(otherwise))
                .patch();
    }
}
