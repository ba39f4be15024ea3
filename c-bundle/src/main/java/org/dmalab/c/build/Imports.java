package org.dmalab.c.build;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.dmalab.c.ImportException;
import org.dmalab.c.ImportRequest;

/** From what a user names to bundles: {@link #build}. */
public final class Imports {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]*");
    private static final String BEFORE = "-before";

    private Imports() { }

    /**
     * A variant, built.
     *
     * @param arch its architecture
     * @param id its id
     * @param jar content of its bundle
     * @param functions what was taken of the text
     * @param warnings of the compiler
     */
    public record Made(String arch, String id, byte[] jar, Set<String> functions, List<String> warnings) {
        /** Copies the collections. */
        public Made {
            functions = new LinkedHashSet<>(functions);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * What an import comes to.
     *
     * @param variants one, or the one before a diff and the one after
     * @param remarks what the user should know
     */
    public record Result(List<Made> variants, List<String> remarks) { }

    /** Tells whether a C file says for which architecture it is, so that it is a variant by itself. */
    public static boolean isVariant(Path file) {
        return TextSources.text(file).matches("(?s)// dmalab:[^\n]*\\barch=\\S+.*");
    }

    /**
     * Imports.
     *
     * @param kits of the architectures there are
     * @param request what
     * @param slots gives each variant ({@code ARCH/ID}) a part of the module space
     * @throws ImportException if it can't be done; then nothing was made
     */
    public static Result build(List<Kit> kits, ImportRequest request, ToIntFunction<String> slots) {
        String id = id(request);
        TextSources sources = TextSources.read(request);
        Kit kit = kit(kits, request.arch() == null ? sources.directive("arch") : request.arch(), sources.after());
        String from = sources.directive("from");
        TextBuilder.Options options = new TextBuilder.Options(request.optimization(), request.defines());
        TextBuilder builder = new TextBuilder(kit, options);
        Set<String> entries = entries(kit, builder, sources);
        Set<String> required = required(kit, sources, entries);
        List<String> remarks = new ArrayList<>(sources.remarks());
        Set<String> wanted = buildable(builder, sources, entries, required, remarks);
        List<Made> made = new ArrayList<>();
        String title = sources.title().isEmpty() ? "C text of " + String.join(", ", names(sources.after()))
                : sources.title();
        made.add(make(builder, kit, options, sources.after(), wanted,
                new VariantBundle.Words(id, title, sources.commit(), sources.date(), from), slots));
        if (sources.before() != null) {
            made.add(make(builder, kit, options, sources.before(), wanted, new VariantBundle.Words(id + BEFORE,
                    "before: " + title, "", "", from), slots));
        }
        return new Result(made, remarks);
    }

    /**
     * All functions by which a machine reaches the text, if all can be compiled; else those that can. The lab's own
     * stand
     * for the others.
     *
     * @throws ImportException if one that is required can't, or none can
     */
    private static Set<String> buildable(TextBuilder builder, TextSources sources, Set<String> entries,
            Set<String> required, List<String> remarks) {
        ImportException first = failure(builder, sources, entries);
        if (first == null) {
            return entries;
        }
        Set<String> kept = new LinkedHashSet<>();
        ImportException nearest = first;
        for (String entry : entries) {
            ImportException problem = failure(builder, sources, Set.of(entry));
            nearest = problem != null && problem.getMessage().length() < nearest.getMessage().length() ? problem
                    : nearest;
            if (problem == null) {
                kept.add(entry);
            } else if (required.contains(entry)) {
                throw problem;
            } else {
                remarks.add(entry + " is the lab's own, as its C text can't be compiled: "
                        + problem.getMessage().lines().findFirst().orElse(""));
            }
        }
        if (kept.isEmpty()) {
            throw nearest;
        }
        return kept;
    }

    private static ImportException failure(TextBuilder builder, TextSources sources, Set<String> wanted) {
        try {
            builder.build(sources.after(), wanted, 0);
            return null;
        } catch (ImportException e) {
            return e;
        }
    }

    private static Made make(TextBuilder builder, Kit kit, TextBuilder.Options options, TextBuilder.Source source,
            Set<String> wanted, VariantBundle.Words words, ToIntFunction<String> slots) {
        TextBuilder.Built built;
        try {
            built = builder.build(source, wanted, slots.applyAsInt(kit.name() + "/" + words.id()));
        } catch (ImportException e) {
            throw words.id().endsWith(BEFORE) ? new ImportException("before the patch: " + e.getMessage()) : e;
        }
        return new Made(kit.name(), words.id(), VariantBundle.write(kit, words, built, options), built.functions(),
                built.warnings());
    }

    private static List<String> names(TextBuilder.Source source) {
        return source.files().keySet().stream().map(name -> Path.of(name).getFileName().toString()).toList();
    }

    private static String id(ImportRequest request) {
        String id = request.id() != null ? request.id() : Path.of(request.sources().get(0)).getFileName().toString()
                .replaceAll("\\.(c|patch|diff|mbox|eml|txt)$", "").toLowerCase(java.util.Locale.ROOT)
                .replaceAll("[^a-z0-9._-]+", "-").replaceAll("^[^a-z0-9]+", "");
        if (!ID.matcher(id).matches()) {
            throw new ImportException("\"" + id + "\" is no id; give one with --as: lower-case letters, digits, dots,"
                    + " dashes and _, the first a letter or digit");
        }
        return id;
    }

    /** The architecture by name, by the paths of the files, or by the functions in them. */
    private static Kit kit(List<Kit> kits, String arch, TextBuilder.Source source) {
        String known = String.join(", ", kits.stream().map(Kit::name).toList());
        if (arch != null) {
            return kits.stream().filter(kit -> kit.name().equals(arch)).findFirst()
                    .orElseThrow(() -> new ImportException("no architecture " + arch
                            + " takes C text; there is " + known));
        }
        List<Kit> found = kits.stream().filter(kit -> source.files().keySet().stream()
                .anyMatch(name -> kit.paths().stream().anyMatch(name::contains))).toList();
        if (found.isEmpty()) {
            found = kits.stream().filter(kit -> !new TextBuilder(kit, new TextBuilder.Options(0, List.of()))
                    .entries(source).isEmpty()).toList();
        }
        if (found.size() != 1) {
            throw new ImportException("which architecture is this text for? Say --arch, one of " + known);
        }
        return found.get(0);
    }

    /** The functions by which a machine reaches the text. */
    private static Set<String> entries(Kit kit, TextBuilder builder, TextSources sources) {
        Set<String> entries = builder.entries(sources.after());
        if (sources.before() != null) {
            entries.retainAll(builder.entries(sources.before()));
        }
        if (entries.isEmpty()) {
            throw new ImportException("no function in " + String.join(", ", names(sources.after()))
                    + " is one that a machine of " + kit.name() + " calls; these are " + String.join(", ",
                    kit.entries()) + hint(sources));
        }
        return entries;
    }

    /** Those that reach what a diff changes; none if nothing is changed or the source is no diff. */
    private static Set<String> required(Kit kit, TextSources sources, Set<String> entries) {
        Set<String> changed = sources.after().changed();
        Set<String> reaching = new LinkedHashSet<>();
        if (sources.before() == null || changed.isEmpty()) {
            return reaching;
        }
        for (String entry : entries) {
            Set<String> reached = reached(sources.after(), entry);
            reached.addAll(reached(sources.before(), entry));
            if (reached.stream().anyMatch(changed::contains)) {
                reaching.add(entry);
            }
        }
        if (reaching.isEmpty()) {
            throw new ImportException("what the diff changes (" + String.join(", ", changed)
                    + ") is not reached from any function that a machine of " + kit.name() + " calls ("
                    + String.join(", ", entries) + ")" + hint(sources));
        }
        return reaching;
    }

    private static String hint(TextSources sources) {
        return sources.before() == null ? ""
                : "; if the diff does not show whole functions, say --tree DIR, or make it with git diff -W";
    }

    private static Set<String> reached(TextBuilder.Source source, String entry) {
        List<CSource> files = Stream.of(source.headers(), source.files()).map(Map::entrySet).flatMap(Set::stream)
                .map(file -> CSource.parse(file.getKey(), file.getValue())).toList();
        return new LinkedHashSet<>(Cut.of(List.of(), files, Set.of(entry), Set.of(), Set.of()).functions());
    }
}
