package org.dmalab.shell.machine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.apache.felix.service.command.CommandSession;
import org.dmalab.api.Action;
import org.dmalab.api.Parameter;
import org.dmalab.api.event.Actor;
import org.dmalab.lab.InputException;
import org.dmalab.lab.live.ActionOutcome;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.report.Json;
import org.dmalab.lab.run.Timeline;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandFunction;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.ExitCode;
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
     * An action of one architecture.
     *
     * @param arch the architecture
     * @param action the action
     */
    record OfArch(String arch, Action action) { }

    /**
     * Makes the command of an action.
     *
     * @param actions the actions of that name, one for each architecture that has it
     */
    ActionCommand(List<OfArch> actions, MachineRegistry registry) {
        this.action = actions.get(0).action().name();
        this.registry = registry;
        List<OfArch> sorted = actions.stream().sorted(Comparator.comparing(OfArch::arch)).toList();
        int dot = action.indexOf('.');
        CommandSpec.Builder builder = CommandSpec.command(action.substring(0, dot), action.substring(dot + 1),
                summary(sorted)).required("MACHINE", "the machine's name");
        this.parameters = parameterNames(sorted);
        for (String name : parameters) {
            Map<String, Parameter> same = new TreeMap<>();
            sorted.forEach(one -> one.action().parameters().stream().filter(parameter -> parameter.name().equals(name))
                    .forEach(parameter -> same.putIfAbsent(one.arch(), parameter)));
            String[] choices = same.values().stream().flatMap(parameter -> parameter.values().stream()).distinct()
                    .toArray(String[]::new);
            builder.option("--" + name, same.values().iterator().next().type().name(), text(same, sorted), choices);
        }
        if (!parameters.contains(PROCESSOR)) {
            builder.option("--" + PROCESSOR, "N", "the processor that runs it; default 0");
        }
        this.spec = builder.flag("--timeline", "print what happened, step by step").build();
    }

    /** In the order of the first action that has each. */
    private static Set<String> parameterNames(List<OfArch> actions) {
        Set<String> names = new LinkedHashSet<>();
        actions.forEach(one -> one.action().parameters().forEach(parameter -> names.add(parameter.name())));
        return names;
    }

    /** What the action does and where; in a line for each architecture if it is not everywhere the same. */
    private static String summary(List<OfArch> actions) {
        Map<String, List<String>> archs = new LinkedHashMap<>();
        actions.forEach(one -> archs.computeIfAbsent(one.action().summary(), text -> new ArrayList<>())
                .add(one.arch()));
        List<String> lines = new ArrayList<>();
        archs.forEach((text, where) -> lines.add(archs.size() == 1 ? text + " (" + String.join(", ", where) + ")"
                : String.join(", ", where) + ": " + text));
        return String.join("\n", lines);
    }

    private static String otherwise(Parameter parameter) {
        if (parameter.otherwise() == null) {
            return "; must be given";
        }
        return parameter.otherwise().isEmpty() ? "" : "; default " + parameter.otherwise();
    }

    /** What a value is for and what it is otherwise, by architecture where that differs. */
    private static String text(Map<String, Parameter> same, List<OfArch> actions) {
        Map<String, Set<String>> archs = new LinkedHashMap<>();
        same.forEach((arch, parameter) -> archs.computeIfAbsent(parameter.summary() + otherwise(parameter),
                text -> new LinkedHashSet<>()).add(arch));
        boolean everywhere = actions.stream().allMatch(one -> same.containsKey(one.arch())) && archs.size() == 1;
        return archs.entrySet().stream().map(one -> everywhere ? one.getKey()
                : String.join(", ", one.getValue()) + ": " + one.getKey()).collect(Collectors.joining(" / "));
    }

    @Override
    public List<CommandSpec> commands() {
        return List.of(spec);
    }

    @Override
    public Object execute(CommandSession session, List<Object> words) throws InterruptedException {
        Arguments args = Arguments.parse(spec, words.stream().map(String::valueOf).toArray(String[]::new));
        Output.check(args);
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
            if (problem == null) {
                code = code.then(new ExitCode(outcome.violations().isEmpty() ? 0 : CommandException.FAIL, false));
            } else {
                boolean broken = problem.startsWith("broken");
                code = code.then(new ExitCode(broken ? CommandException.BROKEN : CommandException.FAIL));
            }
        }
        return code;
    }
}
