package org.dmalab.lab.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;

/**
 * The scenarios below a root folder: {@code ARCH/NN-name.yaml} is known as {@code ARCH/name}, a file elsewhere as the
 * user names it. Looks at the folder at every call. In a pattern {@code *} stands for any characters.
 */
public final class ScenarioLibrary {
    /** The file beside the scenarios of an architecture that says what must come out. */
    public static final String EXPECTED = "expected.yaml";
    /** The same for what exploring finds. */
    public static final String EXPLORED = "explored.yaml";
    /** The same for what comes of letting each call fail that can. */
    public static final String FAILED = "failed.yaml";

    private final Path root;
    private final ScenarioReader reader;

    /**
     * A library.
     *
     * @param root its folder; it need not exist
     * @param reader reads its files
     */
    public ScenarioLibrary(Path root, ScenarioReader reader) {
        this.root = root;
        this.reader = reader;
    }

    /** Its folder. */
    public Path root() {
        return root;
    }

    /** Names that match a pattern, by architecture and then in the order of their numbers; null for all. */
    public List<String> list(String pattern) {
        Pattern regex = pattern == null ? null : glob(pattern);
        return files().keySet().stream().filter(name -> regex == null || regex.matcher(name).matches()).toList();
    }

    /**
     * One scenario, by name or as a file anywhere.
     *
     * @throws InputException if there is none, or it is wrong
     */
    public Scenario get(String nameOrFile) {
        Map<String, Path> files = files();
        Path file = files.get(nameOrFile);
        if (file != null) {
            return reader.read(file);
        }
        if (nameOrFile.endsWith(".yaml") || nameOrFile.endsWith(".yml")) {
            try {
                Scenario scenario = reader.read(Path.of(nameOrFile));
                return isSame(Path.of(nameOrFile), files.get(scenario.name())) ? scenario
                        : scenario.named(nameOrFile);
            } catch (InvalidPathException e) {
                throw new InputException("\"" + nameOrFile + "\" is no path");
            }
        }
        String folder = nameOrFile.replaceAll("/+$", "");
        if (files.keySet().stream().anyMatch(name -> name.startsWith(folder + "/"))) {
            throw new InputException("\"" + nameOrFile + "\" is a folder of scenarios, expected a scenario; '" + folder
                    + "/*' stands for all in it");
        }
        if (isFolder(nameOrFile)) {
            throw new InputException(nameOrFile, 0, 0, null, "a folder, expected a scenario or a file that ends in "
                    + ".yaml or .yml");
        }
        throw new InputException(Names.unknown("scenario", nameOrFile, files.keySet()));
    }

    private static boolean isSame(Path file, Path known) {
        try {
            return known != null && Files.isSameFile(file, known);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isFolder(String name) {
        try {
            return !name.isBlank() && Files.isDirectory(Path.of(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /**
     * All scenarios that names, files and patterns stand for, without repeats, in the order given.
     *
     * @throws InputException if one of them stands for none
     */
    public List<Scenario> find(List<String> namesFilesOrPatterns) {
        Map<String, Scenario> found = new LinkedHashMap<>();
        for (String one : namesFilesOrPatterns) {
            List<String> names = one.indexOf('*') >= 0 ? list(one) : List.of(one);
            if (names.isEmpty()) {
                throw new InputException("no scenario matches \"" + one + "\"; there is: "
                        + String.join(", ", files().keySet()));
            }
            names.forEach(name -> found.computeIfAbsent(name, this::get));
        }
        return new ArrayList<>(found.values());
    }

    /** What must come out for the scenarios of an architecture; empty if no such file lies beside them. */
    public Optional<ExpectedMatrix> expected(String arch) {
        return matrix(arch, EXPECTED);
    }

    /** What exploring must find in the scenarios of an architecture; empty if no such file lies beside them. */
    public Optional<ExpectedMatrix> explored(String arch) {
        return matrix(arch, EXPLORED);
    }

    /** What must come of letting each call fail that can; empty if no such file lies beside the scenarios. */
    public Optional<SweepMatrix> failed(String arch) {
        Path file = root.resolve(arch).resolve(FAILED);
        return Files.exists(file) ? Optional.of(SweepMatrix.read(file, arch)) : Optional.empty();
    }

    private Optional<ExpectedMatrix> matrix(String arch, String name) {
        Path file = root.resolve(arch).resolve(name);
        return Files.exists(file) ? Optional.of(ExpectedMatrix.read(file, arch)) : Optional.empty();
    }

    /** Files by name, by architecture and then in the order of their numbers. */
    private Map<String, Path> files() {
        Map<String, Path> files = new LinkedHashMap<>();
        for (Path folder : sorted(root, Comparator.comparing(path -> path.getFileName().toString()))) {
            for (Path file : Files.isDirectory(folder) ? sorted(folder, Comparator
                    .<Path>comparingInt(path -> ScenarioFiles.number(path.getFileName().toString()))
                    .thenComparing(path -> path.getFileName().toString())) : List.<Path>of()) {
                String name = ScenarioFiles.plainName(file.getFileName().toString());
                if (name != null) {
                    files.putIfAbsent(folder.getFileName() + "/" + name, file);
                }
            }
        }
        return files;
    }

    private static List<Path> sorted(Path folder, Comparator<Path> order) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted(order).toList();
        } catch (IOException e) {
            throw new InputException(folder + " cannot be read: " + e.getMessage());
        }
    }

    private static Pattern glob(String pattern) {
        return Pattern.compile(Stream.of(pattern.split("\\*", -1)).map(Pattern::quote)
                .collect(Collectors.joining(".*")), Pattern.DOTALL);
    }
}
