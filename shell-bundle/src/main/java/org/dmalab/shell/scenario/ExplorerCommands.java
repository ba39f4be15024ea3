package org.dmalab.shell.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.explore.Exploration;
import org.dmalab.lab.explore.Patches;
import org.dmalab.lab.explore.ReplayStep;
import org.dmalab.lab.explore.ScenarioExplorer;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.Token;
import org.dmalab.lab.report.JunitReport;
import org.dmalab.lab.report.KtapReport;
import org.dmalab.lab.report.Tested;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.command.Json;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands of the explorer: search all schedules of a scenario's concurrent part, take one of them again. */
@Component(service = {CommandSet.class, ExplorerCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=scenario",
    CommandProcessor.COMMAND_FUNCTION + "=explore",
    CommandProcessor.COMMAND_FUNCTION + "=replay",
    CommandProcessor.COMMAND_FUNCTION + "=debug"})
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
            .option("--swap", "PATCHES", "exchange the patch for each of these, once, at any moment of a schedule: ids, or"
                    + " a pattern with * for those that keep kernel state in the same way")
            .option("--profile", "PROFILE", Commands.PROFILE_HELP)
            .option("--budget", "DURATION", "how long to search in all: 500ms, 30s, 2m; each patch may use its share of"
                    + " what is left; if not given, 30s for each patch")
            .option("--max-states", "N", "give up with one patch after this many states; if not given, " + MAX_STATES)
            .flag("--check", "hold the verdicts against explored.yaml beside the scenarios; exit code 1 if they differ,"
                    + " 0 if a fail is what is expected")
            .formats(Commands.DOCUMENTS).build();
    private static final CommandSpec REPLAY = CommandSpec.command("scenario", "replay",
            "Takes one explored schedule again and prints it with a column for each processor and device.")
            .required("TOKEN", "the schedule, as scenario:explore prints it").build();
    private static final CommandSpec DEBUG = CommandSpec.command("scenario", "debug",
            "Not in this version: steps through one explored schedule, forwards and backwards.")
            .required("TOKEN", "the schedule, as scenario:explore prints it").build();

    private final Catalog catalog;
    private final Workbench bench;

    /** Wired by Declarative Services. */
    @Activate
    public ExplorerCommands(@Reference Catalog catalog) {
        this.catalog = catalog;
        this.bench = new Workbench(catalog);
    }

    @Override
    public List<CommandSpec> commands() {
        return specs();
    }

    static List<CommandSpec> specs() {
        return List.of(EXPLORE, REPLAY, DEBUG);
    }

    /** The command {@code scenario:explore}. */
    public Object explore(CommandSession session, String... words) {
        return Commands.run(EXPLORE, words, session, args -> {
            RunOptions options = Workbench.options(args, 0);
            long maxStates = args.number("--max-states", MAX_STATES, 1, Long.MAX_VALUE);
            ScenarioExplorer explorer = new ScenarioExplorer(catalog);
            List<Scenario> scenarios = scenarios(args.all("NAME"));
            scenarios.forEach(explorer::check);
            Check check = Check.of(catalog, args, scenarios, bench.library()::explored);
            List<Workbench.Search> searches = bench.searches(bench.cells(scenarios, args, options), args, options);
            Budget budget = new Budget(args.duration("--budget", BUDGET.multipliedBy(searches.size())),
                    searches.size());
            List<Double> seconds = new ArrayList<>();
            CellRuns<Outcome> runs = CellRuns.run(searches, (one, progress) -> {
                long startNanos = System.nanoTime();
                long shareNanos = budget.shareNanos(seconds.size());
                Exploration.Limits limits = new Exploration.Limits(maxStates, (states, executions, open) -> {
                    progress.say(String.format(Locale.ROOT, "%s: %,d states, %,d executions, %,d open", one, states,
                            executions, open));
                    return System.nanoTime() - startNanos < shareNanos ? "" : "budget " + args.option("--budget", "30s for each patch");
                });
                Outcome outcome = explorer.search(one.scenario(), one.patches(), options, limits);
                seconds.add((System.nanoTime() - startNanos) / 1e9);
                return outcome;
            });
            List<String> differences = check.differences(runs.results().stream().map(Tested::of).toList());
            String checked = check.text(runs.results().size(), differences);
            boolean text = Commands.format(args).equals("text");
            Commands.write(session, args, document(args, runs.results(), seconds)
                    + (text && check.asked() ? "\n" + checked : ""));
            if (!text) {
                System.err.print(checked);
            }
            return Check.exitCode(runs.exitCode(Outcome::verdict, !check.asked()), differences);
        });
    }

    /** Of names with {@code *} those that can be explored, unless none can. */
    private List<Scenario> scenarios(List<String> names) {
        List<Scenario> all = bench.scenarios(names);
        List<Scenario> concurrent = all.stream()
                .filter(one -> names.contains(one.name()) || !one.concurrent().isEmpty()).toList();
        return concurrent.isEmpty() || names.stream().noneMatch(name -> name.indexOf('*') >= 0) ? all : concurrent;
    }

    private static String document(Arguments args, List<Outcome> outcomes, List<Double> seconds) {
        return switch (Commands.format(args)) {
            case "junit" -> JunitReport.text(outcomes.stream().map(Tested::of).toList());
            case "ktap" -> KtapReport.text(outcomes.stream().map(Tested::of).toList());
            case "json" -> {
                List<Map<String, Object>> json = ExplorationText.json(outcomes, seconds);
                yield Json.write(json.size() == 1 ? json.get(0) : json) + "\n";
            }
            default -> ExplorationText.text(outcomes);
        };
    }

    /** Time for all searches of a command; what a short one leaves goes to those after it. */
    private record Budget(Duration all, int searches, long startNanos) {
        Budget(Duration all, int searches) {
            this(all, searches, System.nanoTime());
        }

        /** What the next search may take when so many are done. */
        long shareNanos(int done) {
            return (all.toNanos() - (System.nanoTime() - startNanos)) / (searches - done);
        }
    }

    /** The command {@code scenario:replay}. */
    public Object replay(CommandSession session, String... words) {
        return Commands.run(REPLAY, words, session, args -> {
            Token token = Token.parse(args.get("TOKEN"));
            Scenario scenario = bench.scenarios(List.of(token.scenario())).get(0);
            RunOptions options = new RunOptions(token.profile().isEmpty() ? null : token.profile(), null, null, 0);
            Workbench.Search one = bench.search(scenario, Patches.parse(token.patch(), catalog, scenario.arch()),
                    options);
            List<ReplayStep> steps = new ArrayList<>();
            Outcome outcome = new ScenarioExplorer(catalog).replay(one.scenario(), one.patches(), options,
                    token.schedule(), steps::add);
            Commands.write(session, args, Commands.format(args).equals("text") ? ReplayText.text(outcome, steps)
                    : Json.write(json(outcome, steps)) + "\n");
            return outcome.verdict() == Verdict.BROKEN ? new ExitCode(CommandException.BROKEN)
                    : outcome.verdict() == Verdict.FAIL ? new ExitCode(CommandException.FAIL) : null;
        });
    }

    private static Map<String, Object> json(Outcome outcome, List<ReplayStep> steps) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("scenario", outcome.scenario());
        result.put("patch", outcome.patch());
        result.put("verdict", outcome.verdict().text());
        result.put("reason", outcome.reason());
        List<Object> rows = new ArrayList<>();
        for (ReplayStep step : steps) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("step", step.number());
            row.put("actor", step.column().toLowerCase(Locale.ROOT));
            row.put("strand", step.strand());
            row.put("call", step.words());
            row.put("line", step.line());
            rows.add(row);
        }
        result.put("steps", rows);
        return result;
    }

    /** The command {@code scenario:debug}. */
    public Object debug(CommandSession session, String... words) {
        Arguments.parse(DEBUG, words);
        throw CommandException.usage("scenario:debug is not in this version; scenario:replay prints all steps of a "
                + "schedule");
    }
}
