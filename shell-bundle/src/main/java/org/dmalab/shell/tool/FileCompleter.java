package org.dmalab.shell.tool;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.dmalab.api.Tool;
import org.dmalab.shell.command.ArgumentCompleter;
import org.dmalab.shell.command.Slot;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Proposes names of files and folders wherever a command takes a file. */
@Component
public final class FileCompleter implements ArgumentCompleter {
    private static final int MOST = 1000;
    private static final Set<String> SCENARIO_ARGUMENTS = Set.of("NAME", "NAME-OR-FILE", "FILE");

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<Tool> tools;

    @Override
    public List<String> candidates(Slot slot) {
        boolean document = tools.stream().filter(tool -> tool.name().replace('.', ':').equals(slot.spec().name()))
                .flatMap(tool -> tool.parameters().stream())
                .anyMatch(one -> one.type().isDocument() && one.name().toUpperCase(Locale.ROOT).equals(slot.name()));
        boolean scenario = slot.spec().scope().equals("scenario") && !slot.name().startsWith("--");
        if (scenario && SCENARIO_ARGUMENTS.contains(slot.kind())) {
            // Names of scenarios are more often meant, so files come when the word looks like one.
            boolean path = slot.typed().matches("(/|\\.|.*/).*") || slot.kind().equals("FILE");
            return !path ? List.of() : below(slot.typed()).stream()
                    .filter(name -> name.endsWith("/") || name.endsWith(".yaml") || name.endsWith(".yml")).toList();
        }
        return document || slot.kind().equals("FILE") ? below(slot.typed()) : List.of();
    }

    /** What lies in the folder of a word typed so far; folders end in a slash. */
    private static List<String> below(String word) {
        String folder = word.substring(0, word.lastIndexOf('/') + 1);
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(folder.isEmpty() ? "." : folder))) {
            for (Path entry : entries) {
                if (names.size() < MOST) {
                    names.add(folder + entry.getFileName() + (Files.isDirectory(entry) ? "/" : ""));
                }
            }
        } catch (IOException | DirectoryIteratorException | InvalidPathException e) {
            return List.of();
        }
        return names;
    }
}
