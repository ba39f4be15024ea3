package org.dmalab.shell.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.explore.ScenarioExplorer;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.report.ExplorationText;
import org.dmalab.lab.report.FailureSweepText;
import org.dmalab.lab.report.JsonReport;
import org.dmalab.lab.report.JunitReport;
import org.dmalab.lab.report.KtapReport;
import org.dmalab.lab.report.Tested;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.SweepMatrix;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The command that searches all schedules of a scenario's concurrent part. */
@Component(service = {CommandSet.class, ExplorerCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=scenario",
    CommandProcessor.COMMAND_FUNCTION + "=explore"})
public final class ExplorerCommands implements CommandSet {
    private static final long MAX_STATES = 10_000_000;
    private static final Duration BUDGET = Duration.ofSeconds(30);
    private static final CommandSpec EXPLORE = CommandSpec.command("scenario", "explore",
            "Searches every schedule of a scenario's concurrent part: processors, interrupts, devices, hardware.")
            .repeated("NAME", "a scenario with a concurrent part, by name or file; of names with * those with one",
                    true)
            .option("--patch", "PATCHES", Commands.PATCH_HELP + "; without it --all is meant")
            .flag("--all", Commands.ALL_HELP)
            .flag("--mutants", Commands.MUTANTS_HELP)
            .option("--swap", "PATCHES",
                "exchange the patch for each of these, once, at any moment of a schedule: ids, or"
                    + " a pattern with * for those that keep kernel state in the same way")
            .flag("--fail-each", "search no schedules: let each call that can fail (hypercall, RTAS, allocation) do so"
                    + " once, one at a time, in a plain run of any scenario")
            .option("--profile", "PROFILE", Commands.PROFILE_HELP)
            .option("--budget", "DURATION", "how long to search in all: 500ms, 30s, 2m; each patch may use its share of"
                    + " what is left, and what is left in the end goes to those that were cut off; if neither it nor"
                    + " --max-states is given, 30s for each patch")
            .option("--max-states", "N", "give up with one patch after this many states; if not given, " + MAX_STATES)
            .option("--jobs", "N", Commands.JOBS_HELP + " unless a search hits a bound of time")
            .flag("--verify", "search twice, with two hash functions for the 64-bit fingerprints of states; both must"
                    + " find the same")
            .flag("--check", "hold the verdicts against explored.yaml beside the scenarios, with --fail-each against"
                    + " failed.yaml; exit code 1 if they differ, 0 if a fail is what is expected")
            .formats(Commands.DOCUMENTS).build();
    private final Catalog catalog;
    private final Workbench bench;
    private final RecentTokens tokens;

    /** Wired by Declarative Services. */
    @Activate
    public ExplorerCommands(@Reference Catalog catalog, @Reference RecentTokens tokens) {
        this.catalog = catalog;
        this.tokens = tokens;
        this.bench = new Workbench(catalog);
    }

    @Override
    public List<CommandSpec> commands() {
        return specs();
    }

    static List<CommandSpec> specs() {
        return List.of(EXPLORE);
    }

    /** The command {@code scenario:explore}. */
    public Object explore(CommandSession session, String... words) {
        return Commands.run(EXPLORE, words, session, args -> {
            RunOptions options = Workbench.options(args, 0);
            long maxStates = args.number("--max-states", MAX_STATES, 1, Long.MAX_VALUE);
            if (args.has("--fail-each")) {
                return failEach(session, args, options);
            }
            ScenarioExplorer explorer = new ScenarioExplorer(catalog);
            List<Scenario> scenarios = scenarios(args.all("NAME"));
            scenarios.forEach(explorer::check);
            Check check = Check.of(catalog, args, scenarios, bench.library()::explored);
            List<Workbench.Search> searches = bench.searches(bench.cells(scenarios, args, options), args, options);
            CellRuns<Searches.Timed> timed = new Searches((one, limits) -> explorer.search(one.scenario(),
                    one.patches(), options, limits, args.has("--verify")), maxStates, time(args, searches.size()),
                    System::nanoTime).run(searches, Commands.jobs(args),
                            bench.outsiders(Workbench.Search::scenario, one -> one.patches().selections()));
            List<Double> seconds = timed.results().stream().map(Searches.Timed::seconds).toList();
            CellRuns<Outcome> runs = new CellRuns<>(timed.results().stream().map(Searches.Timed::outcome).toList(),
                    timed.interrupted());
            runs.results().forEach(outcome -> outcome.search().firstOfEachOracle()
                    .forEach(found -> tokens.add(outcome.token(found))));
            List<String> differences = check.differences(runs.results().stream().map(Tested::of).toList());
            String checked = check.text(runs.results().size(), differences);
            boolean text = Commands.format(args).equals("text");
            Commands.write(session, args, document(args, runs.results(), seconds, searches.size() > 1)
                    + (text && check.asked() ? "\n" + checked : ""));
            if (!text) {
                System.err.print(checked);
            }
            return Check.exitCode(runs.exitCode(Outcome::verdict, !check.asked()), differences);
        });
    }

    /** The bound of time: what is asked for; if nothing is, so much for each patch, unless states are the bound. */
    private static Optional<Searches.Time> time(Arguments args, int searches) {
        if (args.has("--budget")) {
            return Optional.of(new Searches.Time(args.duration("--budget", BUDGET), args.option("--budget").get()));
        }
        return args.has("--max-states") ? Optional.empty()
                : Optional.of(new Searches.Time(BUDGET.multipliedBy(searches), "30s for each patch"));
    }

    /** Of names with {@code *} those that can be explored, unless none can. */
    private List<Scenario> scenarios(List<String> names) {
        List<Scenario> all = bench.scenarios(names);
        List<Scenario> concurrent = all.stream()
                .filter(one -> names.contains(one.name()) || !one.concurrent().isEmpty()).toList();
        return concurrent.isEmpty() || names.stream().noneMatch(name -> name.indexOf('*') >= 0) ? all : concurrent;
    }

    private Object failEach(CommandSession session, Arguments args, RunOptions options) {
        for (String option : List.of("--swap", "--max-states", "--verify")) {
            if (args.has(option)) {
                throw args.wrong("option " + option + " is for searches, and --fail-each makes none; leave one of them "
                        + "out");
            }
        }
        List<Workbench.Cell> cells = bench.cells(bench.scenarios(args.all("NAME")), args, options);
        Map<String, Optional<SweepMatrix>> matrices = new TreeMap<>();
        if (args.has("--check")) { // a wrong one must not cost the results
            cells.forEach(cell -> matrices.computeIfAbsent(cell.scenario().arch(), bench.library()::failed));
        }
        Duration budget = args.duration("--budget", BUDGET.multipliedBy(cells.size()));
        long startNanos = System.nanoTime();
        CellRuns<FailureSweeps.Swept> runs = FailureSweeps.sweep(bench, cells, Commands.jobs(args), options,
                () -> System.nanoTime() - startNanos < budget.toNanos());
        List<FailureSweepText.Failed> all = runs.results().stream().flatMap(one -> one.rows().stream()).toList();
        List<String> differences = args.has("--check")
                ? FailureSweeps.differences(runs.results(), arch -> matrices.getOrDefault(arch, Optional.empty()))
                : List.of();
        String checked = !args.has("--check") ? "" : Check.summary(runs.results().size(), differences);
        boolean text = Commands.format(args).equals("text");
        Commands.write(session, args, document(args, all) + (text && !checked.isEmpty() ? "\n" + checked : ""));
        if (!text) {
            System.err.print(checked);
        }
        return Check.exitCode(new CellRuns<>(all, runs.interrupted()).exitCode(one -> one.result().verdict(),
                !args.has("--check")), differences);
    }

    private static String document(Arguments args, List<FailureSweepText.Failed> all) {
        return switch (Commands.format(args)) {
            case "junit" -> JunitReport.text(all.stream().map(FailureSweepText.Failed::tested).toList());
            case "ktap" -> KtapReport.text(all.stream().map(FailureSweepText.Failed::tested).toList());
            case "json" -> JsonReport.document(FailureSweepText.json(all));
            default -> FailureSweepText.text(all);
        };
    }

    /** Of several searches programs get an array, however many of them were interrupted. */
    private static String document(Arguments args, List<Outcome> outcomes, List<Double> seconds, boolean several) {
        return switch (Commands.format(args)) {
            case "junit" -> JunitReport.text(outcomes.stream().map(Tested::of).toList());
            case "ktap" -> KtapReport.text(outcomes.stream().map(Tested::of).toList());
            case "json" -> JsonReport.explorations(outcomes, seconds, several);
            default -> ExplorationText.text(outcomes);
        };
    }
}
