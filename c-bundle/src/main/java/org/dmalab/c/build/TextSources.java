package org.dmalab.c.build;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.dmalab.c.ImportException;
import org.dmalab.c.ImportRequest;

/**
 * The C text that an import names, before and after.
 *
 * @param before what a diff starts from; null if the source is no diff
 * @param after what is imported
 * @param title first line of a commit or mail; may be empty
 * @param commit its id; may be empty
 * @param date {@code yyyy-mm-dd}; may be empty
 * @param remarks what the user should know
 */
record TextSources(TextBuilder.Source before, TextBuilder.Source after, String title, String commit, String date,
        List<String> remarks) {
    private static final Pattern LOCAL_INCLUDE = Pattern.compile("(?m)^\\s*#\\s*include\\s+\"([^\"]+)\"");
    private static final Pattern SUBJECT = Pattern.compile("(?m)^Subject: (.*(?:\\n[ \\t].*)*)");
    private static final Pattern DATE = Pattern.compile("(?m)^Date: (.*)$");
    private static final Pattern COMMIT = Pattern.compile("(?m)^(?:From|commit) ([0-9a-f]{7,40})\\b");
    private static final Pattern DIRECTIVE = Pattern.compile("\\A// dmalab:(.*)");
    private static final long MAX_BYTES = 8L << 20;

    /**
     * Reads what a request names.
     *
     * @throws ImportException if something is not there, or a diff does not apply
     */
    static TextSources read(ImportRequest request) {
        List<Path> files = new ArrayList<>();
        for (String source : request.sources()) {
            Path path = Path.of(source);
            if (Files.isRegularFile(path)) {
                files.add(path);
            } else if (request.tree() != null && Files.isRegularFile(request.tree().resolve(source))) {
                files.add(request.tree().resolve(source));
            } else if (request.sources().size() == 1 && request.tree() != null) {
                return commit(request, source);
            } else if (Files.exists(path)) {
                throw notAFile(path);
            } else {
                throw new ImportException(source + ": there is no such file"
                        + (request.tree() == null ? "; for a commit say --tree DIR" : ", and no commit alone"));
            }
        }
        String first = text(files.get(0));
        if (files.size() == 1 && UnifiedDiff.isIn(first)) {
            return diff(request, files.get(0).toString(), first);
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Path file : files) {
            if (!file.toString().endsWith(".c")) {
                throw new ImportException(file + ": neither a unified diff nor a C file (.c)");
            }
            texts.put(name(request, file), text(file));
        }
        return new TextSources(null, new TextBuilder.Source(headers(request, texts, null), texts, Set.of()), "", "", "",
                List.of());
    }

    private static String name(ImportRequest request, Path file) {
        Path tree = request.tree() == null ? null : request.tree().toAbsolutePath().normalize();
        Path path = file.toAbsolutePath().normalize();
        return tree != null && path.startsWith(tree) ? tree.relativize(path).toString() : file.toString();
    }

    /**
     * A word of the line with which a C file for the lab begins: {@code // dmalab: arch=mips from=stack-kmap}.
     *
     * @return its value; null if no file has it
     */
    String directive(String key) {
        for (String text : after.files().values()) {
            Matcher line = DIRECTIVE.matcher(text);
            Matcher word = Pattern.compile("\\s" + key + "=(\\S+)").matcher(line.find() ? line.group(1) : "");
            if (word.find()) {
                return word.group(1);
            }
        }
        return null;
    }

    static String text(Path file) {
        if (!Files.isRegularFile(file)) {
            throw notAFile(file); // a pipe would be waited for
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ImportException(file + ": larger than " + (MAX_BYTES >> 20) + " MiB, so no C text");
            }
            byte[] bytes = Files.readAllBytes(file);
            try {
                return StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes)).toString();
            } catch (MalformedInputException e) {
                return new String(bytes, StandardCharsets.ISO_8859_1);
            }
        } catch (IOException e) {
            throw new ImportException(file + ": can't be read: " + e.getMessage());
        }
    }

    private static ImportException notAFile(Path path) {
        return new ImportException(path + (Files.isDirectory(path) ? ": a folder; name its C files, or a diff"
                : ": not a regular file; name a C file or a diff"));
    }

    private static TextSources commit(ImportRequest request, String revision) {
        String head = git(request.tree(), "show", "-s", "--format=%H%n%cs%n%s", revision + "^{commit}");
        List<String> lines = head.lines().toList();
        String diff = git(request.tree(), "diff", "--no-renames", lines.get(0) + "^", lines.get(0));
        ImportRequest at = new ImportRequest(request.sources(), request.tree(), lines.get(0) + "^", request.arch(),
                request.id(), request.optimization(), request.defines());
        TextSources sources = diff(at, revision, diff);
        return new TextSources(sources.before(), sources.after(), lines.get(2), lines.get(0).substring(0, 12),
                lines.get(1), sources.remarks());
    }

    private static String git(Path tree, String... words) {
        List<String> command = new ArrayList<>(List.of("git", "-C", tree.toString()));
        command.addAll(List.of(words));
        Toolchain.Result result = Toolchain.run(Path.of("."), command);
        if (result.exitCode() != 0) {
            throw new ImportException("git " + String.join(" ", words) + " in " + tree + ": "
                    + result.output().strip().lines().findFirst().orElse("failed"));
        }
        return result.output();
    }

    private static TextSources diff(ImportRequest request, String name, String text) {
        UnifiedDiff diff = UnifiedDiff.parse(name, text);
        Map<String, String> before = new LinkedHashMap<>();
        Map<String, String> after = new LinkedHashMap<>();
        Map<String, String> headersBefore = new LinkedHashMap<>();
        Map<String, String> headersAfter = new LinkedHashMap<>();
        List<String> remarks = new ArrayList<>();
        for (UnifiedDiff.FileDiff file : diff.files()) {
            boolean header = file.path().endsWith(".h");
            if ((!header && !file.path().endsWith(".c")) || file.hunks().isEmpty()) {
                continue;
            }
            String old = file.added() ? "" : original(request, file);
            String made = request.tree() == null ? UnifiedDiff.visible(file, true)
                    : UnifiedDiff.apply(file, old, remarks);
            if (!file.added()) {
                (header ? headersBefore : before).put(file.path(), old);
            }
            if (!file.removed()) {
                (header ? headersAfter : after).put(file.path(), made);
            }
        }
        if (after.isEmpty() && headersAfter.isEmpty()) {
            throw new ImportException(name + ": the diff changes no C file");
        }
        Set<String> changed = changed(before, after);
        changed.addAll(changed(headersBefore, headersAfter));
        headersBefore.putAll(missing(headers(request, before, request.base()), headersBefore));
        headersAfter.putAll(missing(headers(request, after, request.base()), headersAfter));
        return new TextSources(new TextBuilder.Source(headersBefore, before, changed),
                new TextBuilder.Source(headersAfter, after, changed), subject(text), first(COMMIT, text),
                date(first(DATE, text)), remarks);
    }

    private static Map<String, String> missing(Map<String, String> found, Map<String, String> have) {
        Map<String, String> result = new LinkedHashMap<>(found);
        result.keySet().removeAll(have.keySet());
        return result;
    }

    private static String original(ImportRequest request, UnifiedDiff.FileDiff file) {
        if (request.tree() == null) {
            return UnifiedDiff.visible(file, false);
        }
        if (request.base() != null) {
            return git(request.tree(), "show", request.base() + ":" + file.path());
        }
        Path path = request.tree().resolve(file.path());
        if (!Files.isRegularFile(path)) {
            throw new ImportException(file.path() + ": there is no such file in " + request.tree());
        }
        return text(path);
    }

    /** Functions whose text differs, or that are on one side only. */
    private static Set<String> changed(Map<String, String> before, Map<String, String> after) {
        Set<String> changed = new LinkedHashSet<>();
        Map<String, String> old = functions(before);
        Map<String, String> now = functions(after);
        now.forEach((name, text) -> {
            if (!text.equals(old.get(name))) {
                changed.add(name);
            }
        });
        old.keySet().stream().filter(name -> !now.containsKey(name)).forEach(changed::add);
        return changed;
    }

    private static Map<String, String> functions(Map<String, String> files) {
        Map<String, String> functions = new LinkedHashMap<>();
        files.forEach((name, text) -> {
            CSource source = CSource.parse(name, text);
            source.items().stream().filter(CSource.Item::function)
                    .forEach(item -> functions.put(item.name(), source.text(item)));
        });
        return functions;
    }

    /** Headers that lie beside a file and are included with quotes. */
    private static Map<String, String> headers(ImportRequest request, Map<String, String> files, String revision) {
        Map<String, String> headers = new LinkedHashMap<>();
        files.forEach((name, text) -> {
            Matcher matcher = LOCAL_INCLUDE.matcher(text);
            while (matcher.find()) {
                if (Path.of(matcher.group(1)).isAbsolute()) {
                    continue; // none that lies beside it
                }
                String path = Path.of(name).resolveSibling(matcher.group(1)).normalize().toString();
                String found = find(request, path, revision);
                if (found != null) {
                    headers.put(path, found);
                }
            }
        });
        return headers;
    }

    private static String find(ImportRequest request, String path, String revision) {
        if (request.tree() != null && revision != null) {
            Toolchain.Result shown = Toolchain.run(Path.of("."), List.of("git", "-C", request.tree().toString(),
                    "show", revision + ":" + path));
            return shown.exitCode() == 0 ? shown.output() : null;
        }
        Path file = request.tree() == null ? Path.of(path) : request.tree().resolve(path);
        return Files.isRegularFile(file) ? text(file) : null;
    }

    private static String subject(String text) {
        return first(SUBJECT, text).replaceAll("\\s+", " ").replaceAll("^(\\[[^\\]]*\\]\\s*)+", "");
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1).trim() : "";
    }

    /** The day of a mail's date in the order of numbers; empty if it is none. */
    private static String date(String mail) {
        try {
            return mail.isEmpty() ? "" : java.time.ZonedDateTime.parse(mail.replaceAll("\\s*\\(.*\\)", ""),
                    java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME).toLocalDate().toString();
        } catch (java.time.format.DateTimeParseException e) {
            return "";
        }
    }
}
