package org.dmalab.shell.tool;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.Tool;
import org.dmalab.shell.command.ArgumentCompleter;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Proposes names of files and folders to the commands of tools. */
@Component
public final class FileCompleter implements ArgumentCompleter {
    private static final int MOST = 1000;

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<Tool> tools;

    @Override
    public List<String> candidates(String command, List<String> words, int wordIndex) {
        String before = wordIndex > 0 ? words.get(wordIndex - 1) : "";
        boolean takesFile = tools.stream().filter(tool -> tool.name().replace('.', ':').equals(command))
                .anyMatch(tool -> tool.parameters().stream().anyMatch(one -> one.type().isDocument()));
        boolean value = before.startsWith("--") && !before.equals("--output");
        return takesFile && !value && wordIndex < words.size() ? below(words.get(wordIndex)) : List.of();
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
