package org.dmalab.shell.launcher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.report.Json;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Output;
import org.dmalab.shell.command.Suggestions;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands that are there without any machine: {@code help}, {@code version} and {@code exit}. */
@Component(service = {CommandSet.class, BasicCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=" + CommandSpec.BARE_SCOPE,
    CommandProcessor.COMMAND_FUNCTION + "=help",
    CommandProcessor.COMMAND_FUNCTION + "=version",
    CommandProcessor.COMMAND_FUNCTION + "=exit"})
public final class BasicCommands implements CommandSet {

    private static final CommandSpec HELP = CommandSpec.command(CommandSpec.BARE_SCOPE, "help",
        "Lists the commands, or tells how to use one.").optional("COMMAND", "the command to explain").build();
    private static final CommandSpec VERSION = CommandSpec.command(CommandSpec.BARE_SCOPE, "version",
        "Prints the version of dmalab and of Java.").build();
    private static final CommandSpec EXIT = CommandSpec.command(CommandSpec.BARE_SCOPE, "exit",
        "Leaves the shell.").build();

    private static final int WIDTH = 100;

    private final CommandCatalog catalog;
    private final BundleContext context;

    @Activate
    public BasicCommands(@Reference CommandCatalog catalog, BundleContext context) {
        this.catalog = catalog;
        this.context = context;
    }

    @Override
    public List<CommandSpec> commands() {
        return List.of(HELP, VERSION, EXIT);
    }

    /** The command {@code help}. */
    public Object help(CommandSession session, String... words) {
        Arguments args = Arguments.parse(HELP, words);
        Map<String, CommandSpec> specs = catalog.specs();
        try (Output output = Output.open(session, args)) {
            if (args.find("COMMAND").isPresent()) {
                CommandSpec spec = find(specs, args.get("COMMAND"));
                output.stream().print(output.text() ? spec.usage() : Json.write(describe(spec)) + "\n");
            } else if (output.text()) {
                output.stream().print(overview(specs));
            } else {
                output.stream().println(Json.write(specs.values().stream().map(BasicCommands::describe).toList()));
            }
        }
        return null;
    }

    private static CommandSpec find(Map<String, CommandSpec> specs, String name) {
        CommandSpec spec = specs.get(name);
        if (spec == null) {
            throw CommandException.usage("help: unknown command " + name + Suggestions.hint(name, specs.keySet()));
        }
        return spec;
    }

    private String overview(Map<String, CommandSpec> specs) {
        int width = specs.keySet().stream().mapToInt(String::length).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (CommandSpec spec : specs.values()) {
            String gap = " ".repeat(width - spec.name().length() + 2);
            String summary = spec.summary().replace("\n", "\n" + " ".repeat(width + 2));
            text.append(spec.name()).append(gap).append(summary).append('\n');
        }
        text.append("\n'help COMMAND' explains one. Commands of the platform itself, explained by felix:help NAME:");
        int column = WIDTH;
        for (String name : catalog.platformCommands()) {
            if (column + name.length() >= WIDTH) {
                text.append("\n ");
                column = 1;
            }
            text.append(' ').append(name);
            column += name.length() + 1;
        }
        return text.append('\n').toString();
    }

    private static Map<String, Object> describe(CommandSpec spec) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("command", spec.name());
        result.put("summary", spec.summary());
        List<Object> arguments = new ArrayList<>();
        for (CommandSpec.Param p : spec.params()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", p.name());
            one.put("required", p.required());
            one.put("repeated", p.repeated());
            one.put("text", p.text());
            arguments.add(one);
        }
        result.put("arguments", arguments);
        List<Object> options = new ArrayList<>();
        for (CommandSpec.Option o : spec.options()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", o.name());
            one.put("value", o.value());
            one.put("choices", o.choices());
            one.put("text", o.text());
            options.add(one);
        }
        result.put("options", options);
        return result;
    }

    /** The command {@code version}. */
    public Object version(CommandSession session, String... words) {
        Arguments args = Arguments.parse(VERSION, words);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("dmalab", context.getBundle().getVersion().toString());
        facts.put("java", System.getProperty("java.version"));
        facts.put("vm", System.getProperty("java.vm.name"));
        try (Output output = Output.open(session, args)) {
            output.stream().println(output.text()
                ? "dmalab " + facts.get("dmalab") + " (Java " + facts.get("java") + ", " + facts.get("vm") + ")"
                : Json.write(facts));
        }
        return null;
    }

    /** The command {@code exit}. */
    public Object exit(CommandSession session, String... words) {
        Arguments.parse(EXIT, words);
        throw new ExitRequested();
    }
}
