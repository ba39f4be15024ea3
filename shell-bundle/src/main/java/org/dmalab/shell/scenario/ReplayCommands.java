package org.dmalab.shell.scenario;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.Changed;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.explore.Patches;
import org.dmalab.lab.explore.ReplayStep;
import org.dmalab.lab.explore.ScenarioExplorer;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.Token;
import org.dmalab.lab.report.JsonReport;
import org.dmalab.lab.report.TextReport;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.command.Json;
import org.dmalab.shell.command.Prompt;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands that take one explored schedule again: all of it at once, or step by step. */
@Component(service = {CommandSet.class, ReplayCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=scenario",
    CommandProcessor.COMMAND_FUNCTION + "=replay",
    CommandProcessor.COMMAND_FUNCTION + "=debug"})
public final class ReplayCommands implements CommandSet {
    private static final CommandSpec REPLAY = CommandSpec.command("scenario", "replay",
            "Takes one explored schedule again and prints it with a column for each processor and device.")
            .required("TOKEN", "the schedule, as scenario:explore prints it").build();
    private static final CommandSpec DEBUG = CommandSpec.command("scenario", "debug",
            "Steps through one explored schedule, forwards and backwards, and shows what each step changed.")
            .required("TOKEN", "the schedule, as scenario:explore prints it")
            .option("--step", "N", "prints step N and ends; without it commands are read from standard input, h tells"
                    + " which").build();

    private final Catalog catalog;
    private final Workbench bench;

    /** Wired by Declarative Services. */
    @Activate
    public ReplayCommands(@Reference Catalog catalog) {
        this.catalog = catalog;
        this.bench = new Workbench(catalog);
    }

    @Override
    public List<CommandSpec> commands() {
        return specs();
    }

    static List<CommandSpec> specs() {
        return List.of(REPLAY, DEBUG);
    }

    private record Replayed(Outcome outcome, List<ReplayStep> steps) { }

    private Replayed take(Arguments args) {
        Token token = Token.parse(args.get("TOKEN"));
        Scenario scenario = bench.scenarios(List.of(token.scenario())).get(0);
        RunOptions options = new RunOptions(token.profile().isEmpty() ? null : token.profile(), null, null, 0);
        Workbench.Search one = bench.search(scenario, Patches.parse(token.patch(), catalog, scenario.arch()), options);
        List<ReplayStep> steps = new ArrayList<>();
        Outcome outcome = new ScenarioExplorer(catalog).replay(one.scenario(), one.patches(), options,
                token.schedule(), steps::add);
        return new Replayed(outcome, List.copyOf(steps));
    }

    /** The command {@code scenario:replay}. */
    public Object replay(CommandSession session, String... words) {
        return Commands.run(REPLAY, words, session, args -> {
            if (FailureSweepText.isToken(args.get("TOKEN"))) {
                RunResult result = FailureSweepText.again(args.get("TOKEN"), bench);
                Commands.write(session, args, Commands.format(args).equals("text") ? TextReport.run(result)
                        : JsonReport.results(List.of(result)));
                return new CellRuns<>(List.of(result), false).exitCode(RunResult::verdict, true);
            }
            Replayed replayed = take(args);
            Commands.write(session, args, Commands.format(args).equals("text")
                    ? ReplayText.text(replayed.outcome(), replayed.steps())
                    : Json.write(json(replayed.outcome(), replayed.steps())) + "\n");
            Verdict verdict = replayed.outcome().verdict();
            return verdict == Verdict.BROKEN ? new ExitCode(CommandException.BROKEN)
                    : verdict == Verdict.FAIL ? new ExitCode(CommandException.FAIL) : null;
        });
    }

    /** The command {@code scenario:debug}. */
    public Object debug(CommandSession session, String... words) {
        return Commands.run(DEBUG, words, session, args -> {
            Replayed replayed = take(args);
            List<ReplayStep> steps = replayed.steps();
            if (steps.isEmpty() && replayed.outcome().verdict() == Verdict.BROKEN) {
                throw new CommandException(CommandException.BROKEN, "broken: " + replayed.outcome().reason());
            }
            if (steps.isEmpty()) {
                throw args.wrong("the schedule has no step: " + replayed.outcome().verdict().text() + ", "
                        + replayed.outcome().reason());
            }
            int step = (int) args.number("--step", 0, 1, steps.size());
            DebugText text = new DebugText(replayed.outcome(), steps);
            if (!Commands.format(args).equals("text")) {
                Commands.write(session, args, Json.write(json(replayed.outcome(), step == 0 ? steps
                        : List.of(steps.get(step - 1)))) + "\n");
            } else if (step == 0 && args.has("--output")) {
                throw args.wrong("option --output needs --step or --format json: the prompt is no result");
            } else if (step > 0) {
                Commands.write(session, args, text.step(step) + text.end(step));
            } else {
                step(session, text, steps);
            }
            return replayed.outcome().verdict() == Verdict.BROKEN ? new ExitCode(CommandException.BROKEN) : null;
        });
    }

    private static void step(CommandSession session, DebugText text, List<ReplayStep> steps) {
        PrintStream out = System.out;
        try (Prompt prompt = Prompt.open(session, words -> DebugSession.candidates(steps, words))) {
            new DebugSession(text, steps, output -> {
                out.print(Terminals.colours() ? Terminals.colour(output) : output);
                out.flush();
            }).run(prompt::readLine);
        }
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
            row.put("changes", step.changes().stream().map(ReplayCommands::change).toList());
            row.put("stack", step.stack());
            rows.add(row);
        }
        result.put("steps", rows);
        return result;
    }

    private static Map<String, Object> change(Changed changed) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("region", changed.region());
        result.put("cell", changed.cell());
        result.put("before", "0x" + Long.toHexString(changed.before()));
        result.put("after", "0x" + Long.toHexString(changed.after()));
        return result;
    }
}
