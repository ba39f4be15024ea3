package org.dmalab.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.dmalab.rules.TypeSignature.Change;
import org.dmalab.rules.Version.Step;
import org.junit.jupiter.api.DynamicTest;

/**
 * The public signatures of the packages that a bundle exports, held against those that are kept in
 * {@code src/test/resources/signatures}: what changed must have the version that says so. A major step is for what
 * breaks a bundle that was built before, a minor one for all else; a package of version 0 makes a minor step for both.
 *
 * <p>With {@code -Ddmalab.signatures=write} the test keeps the signatures as they are now, if the version is right.
 */
public final class Signatures {
    private static final String EXPORT = "org.osgi.annotation.bundle.Export";
    private static final String VERSION = "org.osgi.annotation.versioning.Version";
    private static final String PROVIDER = "org.osgi.annotation.versioning.ProviderType";
    private static final String WRITE = "write";
    private static final String SUFFIX = ".txt";
    private static final String HEAD = "# The public signatures of a package that is exported; kept by SignaturesTest,"
            + " see CONTRIBUTING.md.";

    private final Path module;
    private final boolean writing;

    Signatures(Path module, boolean writing) {
        this.module = module;
        this.writing = writing;
    }

    /** A package: its version and its types by name. */
    record Contract(String name, Version version, Map<String, TypeSignature> types) {
        List<String> lines() {
            List<String> lines = new ArrayList<>(List.of(HEAD, "package " + name + " " + version));
            types.values().forEach(type -> {
                lines.add("");
                lines.addAll(type.lines());
            });
            return lines;
        }

        static Contract parse(List<String> lines) {
            String[] head = lines.get(1).split(" ");
            Map<String, TypeSignature> types = new TreeMap<>();
            List<String> open = new ArrayList<>();
            List<String> rest = new ArrayList<>(lines.subList(2, lines.size()));
            rest.add("");
            for (String line : rest) {
                if (!line.isBlank()) {
                    open.add(line);
                } else if (!open.isEmpty()) {
                    TypeSignature type = TypeSignature.parse(open);
                    types.put(type.declaration(), type);
                    open.clear();
                }
            }
            return new Contract(head[1], Version.parse(head[2]), types);
        }

        List<Change> changesTo(Contract now) {
            List<Change> changes = new ArrayList<>();
            Set<String> all = new TreeSet<>(types.keySet());
            all.addAll(now.types.keySet());
            for (String type : all) {
                if (!now.types.containsKey(type)) {
                    changes.add(new Change(Step.MAJOR, "- " + type));
                } else if (!types.containsKey(type)) {
                    changes.add(new Change(Step.MINOR, "+ " + type));
                } else {
                    changes.addAll(types.get(type).changesTo(now.types.get(type)));
                }
            }
            return changes;
        }
    }

    /** One test for each exported package below {@code root}, and one that no file is left of others. */
    public static Stream<DynamicTest> tests(String root) {
        Signatures signatures = new Signatures(Path.of(System.getProperty("basedir", "")).toAbsolutePath(),
                WRITE.equals(System.getProperty("dmalab.signatures")));
        List<Contract> contracts = exported(root);
        return Stream.concat(
                contracts.stream().map(now -> DynamicTest.dynamicTest(now.name(), () -> signatures.check(now))),
                Stream.of(DynamicTest.dynamicTest("no others", () -> signatures.noOthers(contracts))));
    }

    private static List<Contract> exported(String root) {
        List<Contract> contracts = new ArrayList<>();
        List<JavaClass> shipped = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(new ImportOption.DoNotIncludeJars()).importPackages(root).stream()
                .sorted(Comparator.comparing(JavaClass::getName)).toList();
        for (JavaClass info : shipped) {
            if (info.getSimpleName().equals("package-info") && info.isAnnotatedWith(EXPORT)) {
                contracts.add(contract(info, shipped));
            }
        }
        return contracts;
    }

    private static Contract contract(JavaClass info, List<JavaClass> shipped) {
        JavaAnnotation<?> version = info.tryGetAnnotationOfType(VERSION).orElseThrow(() -> new AssertionError(
                "package " + info.getPackageName() + " is exported without @Version"));
        Map<String, TypeSignature> types = new TreeMap<>();
        for (JavaClass each : shipped) {
            if (each.getPackageName().equals(info.getPackageName()) && !each.getSimpleName().equals("package-info")) {
                Class<?> type = each.reflect();
                if (TypeSignature.isSeen(type)) {
                    TypeSignature signature = TypeSignature.of(type, each.isAnnotatedWith(PROVIDER));
                    types.put(signature.declaration(), signature);
                }
            }
        }
        return new Contract(info.getPackageName(), Version.parse((String) version.get("value").orElseThrow()), types);
    }

    private Path folder() {
        return module.resolve("src/test/resources/signatures");
    }

    void check(Contract now) throws IOException {
        Path file = folder().resolve(now.name() + SUFFIX);
        if (!Files.exists(file)) {
            if (!writing) {
                throw new AssertionError("the signatures of package " + now.name() + " are not kept yet: " + command());
            }
            write(file, now);
            return;
        }
        Contract kept = Contract.parse(Files.readAllLines(file));
        List<Change> changes = kept.changesTo(now);
        Step step = changes.stream().map(Change::step).max(Comparator.naturalOrder()).orElse(Step.NONE);
        Version least = kept.version().after(step);
        if (now.version().compareTo(least) < 0) {
            throw new AssertionError("package " + now.name() + " has changed since " + kept.version() + "; it needs"
                    + " version " + least + " (" + step.name().toLowerCase(Locale.ROOT) + " step) and has "
                    + now.version() + ":\n"
                    + list(changes) + "Write @Version(\"" + least + "\") in " + now.name().replace('.', '/')
                    + "/package-info.java, then keep the signatures: " + command());
        }
        if (!kept.lines().equals(now.lines())) {
            if (!writing) {
                throw new AssertionError("package " + now.name() + " has changed since " + kept.version() + " and has"
                        + " the version for it, " + now.version() + "; its signatures are not kept yet: " + command()
                        + "\n" + list(changes));
            }
            write(file, now);
        }
    }

    private void noOthers(List<Contract> contracts) throws IOException {
        if (!Files.isDirectory(folder())) {
            return;
        }
        List<String> names = contracts.stream().map(contract -> contract.name() + SUFFIX).toList();
        try (Stream<Path> files = Files.list(folder())) {
            for (Path file : files.sorted().toList()) {
                if (!names.contains(file.getFileName().toString())) {
                    throw new AssertionError("the package of " + file + " is not exported any more; its users will not"
                            + " resolve. If that is meant, delete the file");
                }
            }
        }
    }

    private static String list(List<Change> changes) {
        StringBuilder text = new StringBuilder();
        changes.stream().sorted(Comparator.comparing(Change::step).reversed()).forEach(change -> text.append("  ")
                .append(change.step().name().toLowerCase(Locale.ROOT)).append(": ").append(change.text()).append('\n'));
        return text.toString();
    }

    private String command() {
        return "mvn -o -q test -pl " + module.getFileName() + " -am -Dtest=SignaturesTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Ddmalab.signatures=" + WRITE;
    }

    private static void write(Path file, Contract contract) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, contract.lines());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
