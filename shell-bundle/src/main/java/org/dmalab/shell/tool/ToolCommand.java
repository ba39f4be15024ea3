package org.dmalab.shell.tool;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.apache.felix.service.command.CommandSession;
import org.dmalab.api.Parameter;
import org.dmalab.api.Tool;
import org.dmalab.api.Values;
import org.dmalab.lab.report.Json;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandFunction;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.command.Output;

/** The command of one tool: {@code dmar.show} is {@code dmar:show FILE}. */
final class ToolCommand implements CommandFunction {
    private final Tool tool;
    private final CommandSpec spec;

    ToolCommand(Tool tool) {
        this.tool = tool;
        int dot = tool.name().indexOf('.');
        CommandSpec.Builder builder = CommandSpec.command(tool.name().substring(0, dot),
                tool.name().substring(dot + 1), tool.summary());
        for (Parameter parameter : tool.parameters()) {
            if (parameter.type().isDocument()) {
                builder.required(argument(parameter), parameter.summary());
            } else {
                builder.option(option(parameter), parameter.type().name(), parameter.summary()
                        + (parameter.otherwise() == null ? "; must be given" : "; default " + parameter.otherwise()),
                        parameter.values().toArray(String[]::new));
            }
        }
        this.spec = builder.build();
    }

    private static String argument(Parameter parameter) {
        return parameter.name().toUpperCase(Locale.ROOT);
    }

    private static String option(Parameter parameter) {
        return "--" + parameter.name();
    }

    @Override
    public List<CommandSpec> commands() {
        return List.of(spec);
    }

    @Override
    public Object execute(CommandSession session, List<Object> words) {
        Arguments args = Arguments.parse(spec, words.stream().map(String::valueOf).toArray(String[]::new));
        Tool.Result result = run(input(args));
        try (Output output = Output.open(session, args)) {
            output.stream().print(output.text() ? result.text() : Json.write(result.json()) + "\n");
        }
        return result.clean() ? ExitCode.OK : new ExitCode(1);
    }

    private Tool.Input input(Arguments args) {
        Map<String, Tool.Document> documents = new TreeMap<>();
        Map<String, Long> values = new TreeMap<>();
        for (Parameter parameter : tool.parameters()) {
            if (parameter.type().isDocument()) {
                documents.put(parameter.name(), Documents.read(args, argument(parameter), parameter));
            } else {
                values.put(parameter.name(), value(args, parameter));
            }
        }
        return new Tool.Input(documents, new Values(values));
    }

    private static long value(Arguments args, Parameter parameter) {
        String text = args.option(option(parameter)).orElse(parameter.otherwise());
        if (text == null) {
            throw args.wrong("option " + option(parameter) + " must be given (" + parameter.summary() + ")");
        }
        try {
            return Values.parse(parameter, text);
        } catch (IllegalArgumentException e) {
            throw args.wrong("option --" + e.getMessage());
        }
    }

    private Tool.Result run(Tool.Input input) {
        try {
            return tool.run(input);
        } catch (Tool.BadInput e) {
            String files = input.documents().values().stream().map(Tool.Document::file).filter(Objects::nonNull)
                    .collect(Collectors.joining(", "));
            throw new CommandException(CommandException.USAGE, (files.isEmpty() ? spec.name() : files) + ": "
                    + e.getMessage(), e);
        }
    }
}
