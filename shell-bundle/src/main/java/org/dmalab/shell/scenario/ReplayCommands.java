package org.dmalab.shell.scenario;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.explore.Patches;
import org.dmalab.lab.explore.ReplayStep;
import org.dmalab.lab.explore.Schedule;
import org.dmalab.lab.explore.ScenarioExplorer;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.Token;
import org.dmalab.lab.report.DebugText;
import org.dmalab.lab.report.Replayed;
import org.dmalab.lab.VisibleText;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.command.Prompt;
import org.dmalab.shell.command.Terminals;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands that take explored schedules again: all of each at once, or one step by step. */
@Component(service = {CommandSet.class, ReplayCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=scenario",
    CommandProcessor.COMMAND_FUNCTION + "=replay",
    CommandProcessor.COMMAND_FUNCTION + "=debug"})
public final class ReplayCommands implements CommandSet {
    private static final CommandSpec REPLAY = CommandSpec.command("scenario", "replay",
            "Takes explored schedules again and prints each with a column for each processor and device.")
            .repeated("TOKEN", "a schedule, or a run in which one call fails, as scenario:explore prints it", true)
            .flag("--brief", "only what comes of each, without its steps").build();
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

    /** A token whose names are found and checked; what it names is run when asked. */
    private record Named(String token, Supplier<Replayed> again, Function<String, Replayed> broken) {
        @Override
        public String toString() {
            return token;
        }
    }

    /** The command {@code scenario:replay}. */
    public Object replay(CommandSession session, String... words) {
        return Commands.run(REPLAY, words, session, args -> {
            boolean brief = args.has("--brief");
            List<String> tokens = args.all("TOKEN");
            List<Named> all = tokens.stream().map(token -> tokens.size() == 1 ? named(token, brief)
                    : located(token, () -> named(token, brief))).toList();
            List<String> misfits = new ArrayList<>();
            CellRuns<Optional<Replayed>> runs = CellRuns.run(all, CellRuns.Task.of(one -> {
                try {
                    return Optional.of(one.again().get());
                } catch (InputException e) {
                    if (all.size() == 1) {
                        throw e;
                    }
                    misfits.add("error: " + one + ": " + e.getMessage());
                    return Optional.empty();
                }
            }, (one, reason) -> Optional.of(one.broken().apply(reason))));
            List<Replayed> replayed = runs.results().stream().flatMap(Optional::stream).toList();
            Commands.write(session, args, Commands.format(args).equals("text") ? Replayed.text(replayed, brief)
                    : Replayed.json(replayed, all.size() > 1, brief));
            misfits.forEach(Commands::remark);
            return !misfits.isEmpty() && !runs.interrupted() ? new ExitCode(CommandException.USAGE)
                    : new CellRuns<>(replayed, runs.interrupted()).exitCode(Replayed::verdict, true);
        });
    }

    /** Of several tokens an error names the one that is wrong. */
    private static Named located(String token, Supplier<Named> named) {
        try {
            return named.get();
        } catch (InputException e) {
            throw new InputException(token + ": " + e.getMessage());
        }
    }

    private Named named(String text, boolean brief) {
        if (FailureSweeps.isToken(text)) {
            FailureSweeps.Again run = FailureSweeps.again(text, bench);
            return new Named(text, () -> Replayed.of(text, run.take()),
                    reason -> Replayed.of(text, run.broken(reason)));
        }
        Again one = schedule(text);
        return new Named(text, () -> {
            List<ReplayStep> steps = new ArrayList<>();
            return Replayed.of(text, one.take(brief ? null : steps::add), steps);
        }, reason -> Replayed.of(text, one.broken(reason), List.of()));
    }

    /** A schedule of a scenario with a patch that are there. */
    private record Again(ScenarioExplorer explorer, Workbench.Search search, RunOptions options,
            Schedule schedule) {
        Outcome take(Consumer<ReplayStep> steps) {
            return explorer.replay(search.scenario(), search.patches(), options, schedule, steps);
        }

        Outcome broken(String reason) {
            return ScenarioExplorer.broken(search.scenario(), search.patches(), reason);
        }
    }

    private Again schedule(String text) {
        Token token = Token.parse(text);
        Scenario scenario = bench.scenarioOf(token.scenario());
        RunOptions options = new RunOptions(token.profile().isEmpty() ? null : token.profile(), null, null, 0);
        return new Again(new ScenarioExplorer(catalog), bench.search(scenario,
                Patches.parse(token.patch(), catalog, scenario.arch()), options), options, token.schedule());
    }

    /** The command {@code scenario:debug}. */
    public Object debug(CommandSession session, String... words) {
        return Commands.run(DEBUG, words, session, args -> {
            String token = args.get("TOKEN");
            if (FailureSweeps.isToken(token)) {
                throw args.wrong("the token names a run in which one call fails; it has no schedule to step through, "
                        + "and scenario:replay prints its timeline");
            }
            List<ReplayStep> steps = new ArrayList<>();
            Outcome outcome = schedule(token).take(steps::add);
            if (steps.isEmpty() && outcome.verdict() == Verdict.BROKEN) {
                throw new CommandException(CommandException.BROKEN, "broken: " + outcome.reason());
            }
            if (steps.isEmpty()) {
                throw args.wrong("the schedule has no step: " + outcome.verdict().text() + ", " + outcome.reason());
            }
            int step = (int) args.number("--step", 0, 1, steps.size());
            DebugText text = new DebugText(outcome, steps);
            if (!Commands.format(args).equals("text")) {
                Replayed shown = Replayed.of(token, outcome, step == 0 ? steps : List.of(steps.get(step - 1)));
                Commands.write(session, args, Replayed.json(List.of(shown), false, false));
            } else if (step == 0 && args.has("--output")) {
                throw args.wrong("option --output needs --step or --format json: the prompt is no result");
            } else if (step > 0) {
                Commands.write(session, args, text.step(step) + text.end(step));
            } else {
                step(session, text, steps);
            }
            return outcome.verdict() == Verdict.BROKEN ? new ExitCode(CommandException.BROKEN) : null;
        });
    }

    private static void step(CommandSession session, DebugText text, List<ReplayStep> steps) {
        PrintStream out = System.out;
        try (Prompt prompt = Prompt.open(session, words -> DebugSession.candidates(steps, words))) {
            new DebugSession(text, steps, output -> {
                String visible = VisibleText.of(output);
                out.print(Terminals.colours() ? Terminals.colour(visible) : visible);
                out.flush();
            }).run(prompt::readLine);
        }
    }
}
