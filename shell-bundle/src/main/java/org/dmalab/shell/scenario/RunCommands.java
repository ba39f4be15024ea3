package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.report.JsonReport;
import org.dmalab.lab.report.JunitReport;
import org.dmalab.lab.report.KtapReport;
import org.dmalab.lab.report.MatrixReport;
import org.dmalab.lab.report.Tested;
import org.dmalab.lab.report.TextReport;
import org.dmalab.lab.run.Comparison;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.scenario.Workbench.Cell;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands that run scenarios: {@code scenario:run} and {@code scenario:compare}. */
@Component(service = {CommandSet.class, RunCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=scenario",
    CommandProcessor.COMMAND_FUNCTION + "=run",
    CommandProcessor.COMMAND_FUNCTION + "=compare"})
public final class RunCommands implements CommandSet {
    private static final String NAMES_HELP = "a scenario or a file, or names with * for any characters";
    private static final CommandSpec RUN = CommandSpec.command("scenario", "run",
            "Runs a scenario once and prints the verdict, what was violated, and the timeline around it.")
            .repeated("NAME-OR-FILE", NAMES_HELP, true)
            .option("--patch", "ID", "the patch, or SERVICE=ID,SERVICE=ID; if not given, the newest mainline patch"
                    + " without known defects")
            .option("--profile", "PROFILE", Commands.PROFILE_HELP)
            .option("--preset", "PRESET", "the equipment, in place of the scenario's")
            .option("--backend", "BACKEND", "what the ports are implemented by", "embedded")
            .option("--seed", "SEED", "how free choices fall: 0 takes the first, another number chooses at random")
            .formats(Commands.DOCUMENTS).build();
    private static final CommandSpec COMPARE = CommandSpec.command("scenario", "compare",
            "Runs scenarios with several patches and prints the matrix of verdicts, the reasons and the metrics.")
            .repeated("NAME", NAMES_HELP, true)
            .option("--patch", "PATCHES", Commands.PATCH_HELP + "; without it --all is meant")
            .flag("--all", Commands.ALL_HELP)
            .flag("--mutants", Commands.MUTANTS_HELP)
            .option("--profile", "PROFILE", Commands.PROFILE_HELP)
            .option("--jobs", "N", Commands.JOBS_HELP)
            .flag("--check", "hold the matrix against expected.yaml beside the scenarios; exit code 1 if it differs")
            .formats(Commands.DOCUMENTS).build();

    private final Catalog catalog;
    private final Workbench bench;

    /** Wired by Declarative Services. */
    @Activate
    public RunCommands(@Reference Catalog catalog) {
        this.catalog = catalog;
        this.bench = new Workbench(catalog);
    }

    @Override
    public List<CommandSpec> commands() {
        return specs();
    }

    static List<CommandSpec> specs() {
        return List.of(RUN, COMPARE);
    }

    /** The command {@code scenario:run}. */
    public Object run(CommandSession session, String... words) {
        return Commands.run(RUN, words, session, args -> {
            RunOptions options = Workbench.options(args, args.number("--seed", 0, Long.MIN_VALUE, Long.MAX_VALUE));
            Optional<Selection> patch = args.option("--patch").map(Selection::parse);
            List<Cell> cells = new ArrayList<>();
            for (Scenario scenario : bench.scenarios(args.all("NAME-OR-FILE"))) {
                cells.add(bench.cell(scenario, patch.orElseGet(() -> bench.usualPatch(scenario, options)), options));
            }
            CellRuns<RunResult> runs = bench.runAll(cells, 1, options);
            Commands.write(session, args, Commands.format(args).equals("text")
                    ? runs.results().stream().map(TextReport::run).collect(Collectors.joining("\n"))
                    : document(args, runs.results()));
            return runs.exitCode(RunResult::verdict, true);
        });
    }

    private static String document(Arguments args, List<RunResult> results) {
        return switch (Commands.format(args)) {
            case "junit" -> JunitReport.text(results.stream().map(Tested::of).toList());
            case "ktap" -> KtapReport.text(results.stream().map(Tested::of).toList());
            default -> JsonReport.results(results);
        };
    }

    /** The command {@code scenario:compare}. */
    public Object compare(CommandSession session, String... words) {
        return Commands.run(COMPARE, words, session, args -> {
            RunOptions options = Workbench.options(args, 0);
            List<Scenario> scenarios = bench.scenarios(args.all("NAME"));
            List<Cell> cells = bench.cells(scenarios, args, options);
            Check check = Check.of(catalog, args, scenarios, bench.library()::expected);
            CellRuns<RunResult> runs = bench.runAll(cells, Commands.jobs(args), options);
            List<String> differences = check.differences(runs.results().stream().map(Tested::of).toList());
            String checked = check.text(runs.results().size(), differences);
            boolean text = Commands.format(args).equals("text");
            String below = checked.isEmpty() ? "" : "\n" + checked;
            Commands.write(session, args, text ? matrix(new Comparison(runs.results())) + below
                    : document(args, runs.results()));
            if (!text) {
                System.err.print(checked);
            }
            return Check.exitCode(runs.exitCode(RunResult::verdict, false), differences);
        });
    }

    private static String matrix(Comparison comparison) {
        return comparison.results().isEmpty() ? "" : MatrixReport.text(comparison);
    }
}
