package org.dmalab.shell.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.apache.felix.service.command.CommandSession;
import org.dmalab.api.Action;
import org.dmalab.api.Parameter;
import org.dmalab.api.event.Actor;
import org.dmalab.lab.InputException;
import org.dmalab.lab.live.ActionOutcome;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.run.Timeline;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandFunction;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.command.Json;
import org.dmalab.shell.command.Output;

/** The command of one action: {@code memory.online} of any architecture is {@code memory:online MACHINE ...}. */
final class ActionCommand implements CommandFunction {
    /** An action that has a parameter of this name says with it what it is about, and runs on processor 0. */
    private static final String PROCESSOR = "processor";
    private final String action;
    private final Set<String> parameters;
    private final CommandSpec spec;
    private final MachineRegistry registry;

    /**
     * Makes the command of an action.
     *
     * @param actions the actions of that name, one for each architecture that has it
     */
    ActionCommand(List<Action> actions, MachineRegistry registry) {
        Action first = actions.get(0);
        this.action = first.name();
        this.registry = registry;
        int dot = action.indexOf('.');
        CommandSpec.Builder builder = CommandSpec.command(action.substring(0, dot), action.substring(dot + 1),
                first.summary()).required("MACHINE", "the machine's name");
        for (String name : parameterNames(actions)) {
            List<Parameter> same = actions.stream().flatMap(one -> one.parameters().stream())
                    .filter(parameter -> parameter.name().equals(name)).toList();
            String[] choices = same.stream().flatMap(parameter -> parameter.values().stream()).distinct()
                    .toArray(String[]::new);
            builder.option("--" + name, same.get(0).type().name(), text(same, actions.size()), choices);
        }
        this.parameters = parameterNames(actions);
        if (!parameters.contains(PROCESSOR)) {
            builder.option("--" + PROCESSOR, "N", "the processor that runs it; default 0");
        }
        this.spec = builder.flag("--timeline", "print what happened, step by step").build();
    }

    /** In the order of the first action that has each. */
    private static Set<String> parameterNames(List<Action> actions) {
        Set<String> names = new LinkedHashSet<>();
        actions.forEach(action -> action.parameters().forEach(parameter -> names.add(parameter.name())));
        return names;
    }

    /** What a value is for; a parameter that not every architecture has, or whose default differs, says less. */
    private static String text(List<Parameter> same, int actions) {
        Parameter first = same.get(0);
        if (same.size() < actions) {
            return first.summary() + "; not on every architecture";
        }
        if (same.stream().map(Parameter::otherwise).distinct().count() > 1) {
            return first.summary() + "; the default is the architecture's";
        }
        return first.summary() + (first.otherwise() == null ? "; must be given"
                : first.otherwise().isEmpty() ? "" : "; default " + first.otherwise());
    }

    @Override
    public List<CommandSpec> commands() {
        return List.of(spec);
    }

    @Override
    public Object execute(CommandSession session, List<Object> words) throws InterruptedException {
        Arguments args = Arguments.parse(spec, words.stream().map(String::valueOf).toArray(String[]::new));
        return Input.checked(() -> {
            NamedMachine machine = registry.get(args.get("MACHINE"));
            Map<String, String> values = new TreeMap<>();
            for (String name : parameters) {
                args.option("--" + name).ifPresent(value -> values.put(name, value));
            }
            long processor = parameters.contains(PROCESSOR) ? 0 : args.number("--" + PROCESSOR, 0, 0, 255);
            ActionOutcome outcome = run(args, machine, values, (int) processor);
            try (Output output = Output.open(session, args)) {
                print(output, outcome, args.has("--timeline"));
            }
            return exitCode(List.of(outcome));
        });
    }

    private ActionOutcome run(Arguments args, NamedMachine machine, Map<String, String> values, int processor)
            throws InterruptedException {
        try {
            return machine.run(action, values, processor);
        } catch (InputException e) {
            boolean option = e.key() != null && spec.option("--" + e.key()).isPresent();
            throw args.wrong(option ? "option --" + e.key() + ": " + e.problem() : e.getMessage());
        }
    }

    private static void print(Output output, ActionOutcome outcome, boolean timeline) {
        if (!output.text()) {
            output.stream().println(Json.write(describe(outcome)));
            return;
        }
        if (timeline) {
            for (Timeline.Entry entry : outcome.timeline()) {
                output.stream().printf("%8d  %-12s %s%n", entry.step(), Actor.name(entry.actor()), entry.words());
            }
        } else {
            outcome.dmesg().forEach(output.stream()::println);
        }
        lines(outcome).forEach(output.stream()::println);
    }

    /** What came of an action, and what it has violated. */
    static List<String> lines(ActionOutcome outcome) {
        List<String> lines = new ArrayList<>(List.of(outcome.line()));
        outcome.violations().forEach(one -> lines.add("violation of " + one.oracle() + " at step " + one.step() + ": "
                + one.message()));
        return lines;
    }

    static Map<String, Object> describe(ActionOutcome outcome) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("action", outcome.action());
        facts.put("result", outcome.result());
        facts.put("words", outcome.words());
        facts.put("problem", outcome.problem());
        facts.put("dmesg", new ArrayList<>(outcome.dmesg()));
        facts.put("violations", outcome.violations().stream().map(ActionCommand::describe).toList());
        return facts;
    }

    /** A violation as in the documents of {@code scenario:run}. */
    static Map<String, Object> describe(Violation violation) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("oracle", violation.oracle());
        facts.put("step", violation.step());
        facts.put("message", violation.message());
        return facts;
    }

    /**
     * 0 if the kernel did it or declined; 1 if an oracle was violated, but the line goes on, as the machine does; 1 if
     * the machine can't go on, 3 if something broke.
     */
    static ExitCode exitCode(List<ActionOutcome> outcomes) {
        ExitCode code = ExitCode.OK;
        for (ActionOutcome outcome : outcomes) {
            String problem = outcome.problem();
            code = code.then(problem == null ? new ExitCode(outcome.violations().isEmpty() ? 0 : CommandException.FAIL,
                    false) : new ExitCode(problem.startsWith("broken") ? CommandException.BROKEN
                    : CommandException.FAIL));
        }
        return code;
    }
}
