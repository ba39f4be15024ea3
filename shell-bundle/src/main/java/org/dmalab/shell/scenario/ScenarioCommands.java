package org.dmalab.shell.scenario;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.api.Architecture;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.report.Json;
import org.dmalab.lab.report.JsonReport;
import org.dmalab.lab.scenario.ExpectedMatrix;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioLibrary;
import org.dmalab.lab.scenario.ScenarioMachines;
import org.dmalab.lab.scenario.ScenarioReader;
import org.dmalab.lab.scenario.ScenarioSchema;
import org.dmalab.lab.scenario.SweepMatrix;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.lab.report.ScenarioText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands that run no scenario: {@code scenario:list}, {@code show}, {@code validate} and {@code schema}. */
@Component(service = {CommandSet.class, ScenarioCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=scenario",
    CommandProcessor.COMMAND_FUNCTION + "=list",
    CommandProcessor.COMMAND_FUNCTION + "=show",
    CommandProcessor.COMMAND_FUNCTION + "=validate",
    CommandProcessor.COMMAND_FUNCTION + "=schema"})
public final class ScenarioCommands implements CommandSet {
    private static final CommandSpec LIST = CommandSpec.command("scenario", "list", "Lists the scenarios.")
            .optional("PATTERN", "an architecture, or names with * for any characters").build();
    private static final CommandSpec SHOW = CommandSpec.command("scenario", "show",
            "Tells what a scenario is about, what it runs on, its steps, and who watches.")
            .repeated("NAME", "a scenario or a file, or names with * for any characters", true).build();
    private static final CommandSpec VALIDATE = CommandSpec.command("scenario", "validate",
            "Checks a scenario file (or expected.yaml) without running it.")
            .repeated("FILE", "the file, or the name of a scenario", true).build();
    private static final CommandSpec SCHEMA = CommandSpec.command("scenario", "schema",
            "Prints the JSON schema of scenario files, for an editor.")
            .optional("ARCH", "only for scenarios of this architecture").build();
    private static final String URN = "urn:dmalab:scenario";

    private final Catalog catalog;
    private final Workbench bench;

    /** Wired by Declarative Services. */
    @Activate
    public ScenarioCommands(@Reference Catalog catalog) {
        this.catalog = catalog;
        this.bench = new Workbench(catalog);
    }

    @Override
    public List<CommandSpec> commands() {
        return specs();
    }

    static List<CommandSpec> specs() {
        return List.of(LIST, SHOW, VALIDATE, SCHEMA);
    }

    /** The command {@code scenario:list}. A file that is wrong is named beside the list and costs only itself. */
    public Object list(CommandSession session, String... words) {
        return Commands.run(LIST, words, session, args -> {
            ScenarioHome.require();
            ScenarioLibrary library = bench.library();
            List<String> names = names(library, args.find("PATTERN"));
            List<Scenario> scenarios = new ArrayList<>();
            List<String> wrong = new ArrayList<>();
            for (String name : names) {
                try {
                    scenarios.add(library.get(name));
                } catch (InputException e) {
                    wrong.add(e.getMessage());
                }
            }
            boolean text = Commands.format(args).equals("text");
            Commands.write(session, args, text ? ScenarioText.list(scenarios) : JsonReport.scenarios(scenarios));
            wrong.forEach(message -> Commands.remark("error: " + message));
            return wrong.isEmpty() ? null : new ExitCode(CommandException.USAGE);
        });
    }

    private List<String> names(ScenarioLibrary library, Optional<String> pattern) {
        boolean arch = pattern.isPresent()
                && catalog.architectures().stream().anyMatch(one -> one.name().equals(pattern.get()));
        List<String> names = library.list(arch ? pattern.get() + "/*" : pattern.orElse(null));
        if (names.isEmpty() && pattern.isPresent() && !arch) {
            throw new InputException(Names.unknown("scenario", pattern.get(), library.list(null)));
        }
        return names;
    }

    /** The command {@code scenario:show}. */
    public Object show(CommandSession session, String... words) {
        return Commands.run(SHOW, words, session, args -> {
            List<Scenario> scenarios = bench.scenarios(args.all("NAME"));
            ScenarioText text = new ScenarioText(catalog);
            Commands.write(session, args, Commands.format(args).equals("text")
                    ? String.join("\n", scenarios.stream().map(text::show).toList())
                    : Json.write(scenarios.stream().map(text::json).toList()) + "\n");
            return null;
        });
    }

    /** The command {@code scenario:validate}. */
    public Object validate(CommandSession session, String... words) {
        return Commands.run(VALIDATE, words, session, args -> {
            List<Object> documents = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            List<String> wrong = new ArrayList<>();
            for (String word : args.all("FILE")) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("file", word);
                try {
                    String name = validate(word);
                    document.put("valid", true);
                    document.put("scenario", name);
                    text.append(word).append(": ok").append(name.equals(word) ? "" : ", " + name).append('\n');
                } catch (InputException e) {
                    wrong.add(e.getMessage());
                    describe(e, document);
                }
                documents.add(document);
            }
            Commands.write(session, args, Commands.format(args).equals("text") ? text.toString()
                    : Json.write(documents) + "\n");
            wrong.forEach(message -> Commands.remark("error: " + message));
            return wrong.isEmpty() ? null : new ExitCode(CommandException.USAGE);
        });
    }

    private static void describe(InputException e, Map<String, Object> document) {
        document.put("valid", false);
        document.put("line", e.line());
        document.put("column", e.column());
        document.put("key", e.key() == null ? "" : e.key());
        document.put("message", e.getMessage());
    }

    /** Checks one file; returns the name of what is in it. */
    private String validate(String word) {
        Path file = existing(word);
        if (file == null) {
            List<Scenario> scenarios = bench.scenarios(List.of(word));
            scenarios.forEach(scenario -> ScenarioMachines.check(catalog, scenario));
            return scenarios.stream().map(Scenario::name).collect(Collectors.joining(", "));
        }
        if (file.endsWith(ScenarioLibrary.EXPECTED) || file.endsWith(ScenarioLibrary.EXPLORED)) {
            Path folder = file.toAbsolutePath().normalize().getParent();
            ExpectedMatrix matrix = ExpectedMatrix.read(file, String.valueOf(folder.getFileName()));
            return "verdicts of " + matrix.verdicts().size() + " scenarios";
        }
        if (file.endsWith(ScenarioLibrary.FAILED)) {
            Path folder = file.toAbsolutePath().normalize().getParent();
            SweepMatrix matrix = SweepMatrix.read(file, String.valueOf(folder.getFileName()));
            return "sweeps of " + matrix.summaries().size() + " scenarios";
        }
        Scenario scenario = new ScenarioReader(catalog).read(file);
        ScenarioMachines.check(catalog, scenario);
        return scenario.name();
    }

    private static Path existing(String word) {
        try {
            Path file = Path.of(word);
            return Files.exists(file) ? file : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** The command {@code scenario:schema}. */
    public Object schema(CommandSession session, String... words) {
        return Commands.run(SCHEMA, words, session, args -> {
            Commands.write(session, args, args.find("ARCH").map(arch -> ScenarioSchema.write(catalog, arch))
                    .orElseGet(this::schemas));
            return null;
        });
    }

    /** The schemas of all architectures as one document; each keeps its own root, to which its references point. */
    private String schemas() {
        List<String> archs = catalog.architectures().stream().map(Architecture::name).toList();
        StringBuilder text = new StringBuilder("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\","
                + "\n  \"$id\": \"" + URN + "\",\n  \"title\": \"Scenario of dmalab\",\n  \"anyOf\": [");
        String separator = "";
        for (String arch : archs) {
            text.append(separator).append("\n    {\"$ref\": \"").append(URN).append(':').append(arch).append("\"}");
            separator = ",";
        }
        text.append("\n  ],\n  \"$defs\": {");
        separator = "";
        for (String arch : archs) {
            String schema = ScenarioSchema.write(catalog, arch).strip();
            String named = "{\n  \"$id\": \"" + URN + ":" + arch + "\"," + schema.substring(1);
            text.append(separator).append("\n    \"").append(arch).append("\": ").append(named.replace("\n", "\n    "));
            separator = ",";
        }
        return text.append("\n  }\n}\n").toString();
    }
}
