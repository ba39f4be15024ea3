package org.dmalab.shell.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.c.ImportException;
import org.dmalab.c.ImportRequest;
import org.dmalab.c.PatchImporter;
import org.dmalab.lab.report.Json;
import org.dmalab.shell.command.ArgumentCompleter;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Output;
import org.dmalab.shell.command.Prompt;
import org.dmalab.shell.command.Slot;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands {@code patch:import} and {@code patch:remove}: C text in and out. */
@Component(service = {CommandSet.class, ArgumentCompleter.class, ImportCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=patch", CommandProcessor.COMMAND_FUNCTION + "=import",
    CommandProcessor.COMMAND_FUNCTION + "=remove"})
public final class ImportCommands implements CommandSet, ArgumentCompleter {
    private static final CommandSpec IMPORT = CommandSpec.command("patch", "import",
            "Makes a variant of the C text of a kernel patch: a diff becomes ID and ID-before, C files become ID.")
            .repeated("SOURCE", "a unified diff, C files, or a commit of the tree", true)
            .option("--tree", "DIR", "the kernel tree that a diff or commit belongs to")
            .option("--base", "REV", "the revision of the tree that a diff applies to; default: the files as they are")
            .option("--arch", "ARCH", "the architecture; default: found by the files and functions")
            .option("--as", "ID", "the variant's id; default: the source's name")
            .option("--opt", "LEVEL", "what the compiler may do: 0 no access is left out or moved, 1 as compilers do;"
                    + " default 0", "0", "1")
            .option("--define", "NAME=VALUE,...", "macros for the compiler")
            .option("--jar", "FILE", "write the bundle there and do not install it")
            .flag("--watch", "import again whenever a source changes").build();
    private static final CommandSpec REMOVE = CommandSpec.command("patch", "remove",
            "Removes a variant of C text, and the one before it.")
            .required("ID", "what patch:import made").build();

    private final PatchImporter importer;

    /** Wired by Declarative Services. */
    @Activate
    public ImportCommands(@Reference PatchImporter importer) {
        this.importer = importer;
    }

    @Override
    public List<CommandSpec> commands() {
        return List.of(IMPORT, REMOVE);
    }

    /** The command {@code patch:import}; the name of the method is what Gogo makes of a Java keyword. */
    public Object _import(CommandSession session, String... words) throws InterruptedException {
        Arguments args = Arguments.parse(IMPORT, words);
        Output.check(args);
        ImportRequest request = request(args);
        Path jar = args.option("--jar").map(file -> path(args, "--jar", file)).orElse(null);
        PatchImporter.Result result = importOrFail(request, jar);
        try (Output output = Output.open(session, args)) {
            print(output, result, jar != null);
        }
        if (args.has("--watch")) {
            SourceWatch watch = new SourceWatch(importer, request, jar, sources(request));
            if (session.get(Prompt.TERMINAL) == null) {
                watch.run();
            } else {
                watch.start();
            }
        }
        return null;
    }

    private PatchImporter.Result importOrFail(ImportRequest request, Path jar) throws InterruptedException {
        try {
            return importer.run(request, jar);
        } catch (ImportException e) {
            throw failed(e);
        }
    }

    /** Each problem on a line of its own; the launcher says the last one. */
    private static CommandException failed(ImportException e) {
        List<String> lines = e.getMessage().lines().toList();
        lines.subList(0, lines.size() - 1).forEach(line -> System.err.println("error: " + line));
        return new CommandException(CommandException.USAGE, lines.get(lines.size() - 1), e);
    }

    private static ImportRequest request(Arguments args) {
        Path tree = args.option("--tree").map(folder -> path(args, "--tree", folder)).orElse(null);
        if (tree != null && !Files.isDirectory(tree)) {
            throw args.wrong("option --tree: there is no directory " + tree);
        }
        if (args.has("--base") && tree == null) {
            throw args.wrong("option --base names a revision of a tree; say --tree DIR");
        }
        args.list("--define").stream().filter(define -> !define.matches("[A-Za-z_]\\w*(\\([^)]*\\))?(=.*)?"))
                .forEach(define -> {
                    throw args.wrong("option --define: \"" + define + "\" is not NAME=VALUE");
                });
        return new ImportRequest(args.all("SOURCE"), tree, args.option("--base", null), args.option("--arch", null),
                args.option("--as", null), (int) args.number("--opt", 0, 0, 1), args.list("--define"));
    }

    private static Path path(Arguments args, String option, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw args.wrong("option " + option + ": \"" + text + "\" is no path");
        }
    }

    private static List<Path> sources(ImportRequest request) {
        List<Path> files = new ArrayList<>();
        for (String source : request.sources()) {
            Path file = Path.of(source);
            Path inTree = request.tree() == null ? file : request.tree().resolve(source);
            files.add(Files.isRegularFile(file) ? file : inTree);
        }
        return files;
    }

    private static void print(Output output, PatchImporter.Result result, boolean toFile) {
        result.remarks().forEach(remark -> output.remarks().println(remark));
        result.variants().stream().flatMap(one -> one.warnings().stream()).distinct()
                .forEach(warning -> output.remarks().println("warning: " + warning));
        if (!output.text()) {
            output.stream().println(Json.write(result.variants().stream().map(ImportCommands::facts).toList()));
            return;
        }
        for (PatchImporter.Imported one : result.variants()) {
            output.stream().println(one.id() + " (" + one.arch() + "): " + String.join(", ", one.functions())
                    + (toFile ? "; written to " : "; installed as ") + one.file());
        }
    }

    private static Map<String, Object> facts(PatchImporter.Imported one) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("arch", one.arch());
        facts.put("patch", one.id());
        facts.put("file", one.file().toString());
        facts.put("functions", one.functions());
        facts.put("warnings", one.warnings());
        return facts;
    }

    /** The command {@code patch:remove}. */
    public Object remove(CommandSession session, String... words) throws InterruptedException {
        Arguments args = Arguments.parse(REMOVE, words);
        Output.check(args);
        try {
            List<String> removed = importer.remove(args.get("ID"));
            try (Output output = Output.open(session, args)) {
                output.stream().println(output.text() ? "removed " + String.join(", ", removed)
                        : Json.write(Map.of("removed", removed)));
            }
        } catch (ImportException e) {
            throw failed(e);
        }
        return null;
    }

    @Override
    public List<String> candidates(Slot slot) {
        if (slot.spec() == REMOVE && slot.name().equals("ID")) {
            return importer.ids();
        }
        return slot.spec() == IMPORT && slot.name().equals("SOURCE") ? files() : List.of();
    }

    private static List<String> files() {
        try (Stream<Path> files = Files.list(Path.of("."))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(".*\\.(c|patch|diff|mbox|eml)")).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
