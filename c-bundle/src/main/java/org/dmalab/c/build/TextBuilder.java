package org.dmalab.c.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.dmalab.c.ImportException;
import org.dmalab.c.runtime.AddressSpace;
import org.dmalab.c.runtime.CModule;

/** Makes a module of C text: cuts out what is needed, puts adapters behind it, compiles and links. */
final class TextBuilder {
    private static final String MAIN = "lab-adapter.c";
    private static final String CHECK = "lab-check.c";
    private static final String OBJECT = "text.o";
    private static final String LINKED = "text.wasm";
    private static final String LOWERED = "text32.wasm";
    private static final String EXPORT = "lab_entry_";

    private static final Pattern FILE_OF_ASSEMBLY = Pattern.compile("\"[^\"\\n]*(\\.(?:incbin|include))\\b");

    private final Kit kit;
    private final Options options;
    private final Map<String, String> headers;
    private final Set<String> known = new LinkedHashSet<>();

    /**
     * How to compile.
     *
     * @param optimization 0 or 1
     * @param defines {@code NAME=VALUE} or {@code NAME}
     */
    record Options(int optimization, List<String> defines) { }

    /**
     * What is to be compiled.
     *
     * @param headers local headers, by path
     * @param files C files, by path
     * @param changed functions that a patch changes; empty if all of the text counts
     */
    record Source(Map<String, String> headers, Map<String, String> files, Set<String> changed) { }

    /**
     * What came out.
     *
     * @param module the linked module
     * @param methods of the seam that go to C, and the exported function of each
     * @param functions what was taken of the text
     * @param stubs number of names that the project's headers had to give
     * @param slot the part of the module space
     * @param sources cut files as they were compiled, by name
     * @param compiler its version
     * @param warnings what the compiler says that is no error
     */
    record Built(byte[] module, Map<Method, String> methods, Set<String> functions, int stubs, int slot,
            Map<String, String> sources, String compiler, List<String> warnings) { }

    TextBuilder(Kit kit, Options options) {
        this.kit = kit;
        this.options = options;
        this.headers = kit.headers();
        headers.forEach((name, text) -> CSource.parse(name, text).items().forEach(item -> known.addAll(item.names())));
    }

    /** Functions of a text by which a machine would reach it. */
    Set<String> entries(Source source) {
        Set<String> defined = defined(source);
        return kit.entries().stream().filter(defined::contains)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<String> defined(Source source) {
        Set<String> defined = new LinkedHashSet<>();
        Stream.concat(source.headers().entrySet().stream(), source.files().entrySet().stream())
                .flatMap(file -> CSource.parse(file.getKey(), file.getValue()).items().stream())
                .filter(CSource.Item::function).forEach(item -> defined.add(item.name()));
        return defined;
    }

    /**
     * Builds it.
     *
     * @param wanted the functions to begin with
     * @param slot where its data is to lie
     * @throws ImportException if it can't be built; the message has the lines of the C text
     */
    Built build(Source source, Set<String> wanted, int slot) {
        List<CSource> local = parse(source.headers());
        List<CSource> files = parse(source.files());
        Cut cut = Cut.of(local, files, wanted, source.changed(), known);
        Map<String, String> names = new LinkedHashMap<>();
        Map<String, String> texts = new LinkedHashMap<>();
        cut.chosen().forEach((file, items) -> {
            if (!items.isEmpty()) {
                String name = unique(Path.of(file.file()).getFileName().toString(), names);
                names.put(name, file.file());
                texts.put(name, file.only(items));
            }
        });
        Map<Method, String> methods = new LinkedHashMap<>();
        String main = main(cut, texts, methods);
        if (methods.isEmpty()) {
            throw new ImportException("nothing of this text is called by a machine of " + kit.name()
                    + "; what can be is " + String.join(", ", kit.entries()));
        }
        Path folder = temporary();
        try {
            return compile(new Job(folder, names, texts, cut, methods, slot), main);
        } catch (IOException e) {
            throw new ImportException("the files of the build can't be written to " + folder + ": " + e.getMessage());
        } finally {
            delete(folder);
        }
    }

    private static List<CSource> parse(Map<String, String> files) {
        return files.entrySet().stream().map(file -> CSource.parse(file.getKey(), file.getValue())).toList();
    }

    private static String unique(String name, Map<String, String> names) {
        String result = name;
        for (int i = 2; names.containsKey(result); i++) {
            result = i + "-" + name;
        }
        return result;
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("dmalab-c");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }

    /** The file that is compiled: the project's headers, the text, then what makes methods of functions. */
    private String main(Cut cut, Map<String, String> texts, Map<Method, String> methods) {
        StringBuilder out = new StringBuilder();
        headers.keySet().forEach(header -> out.append("#include \"").append(header).append("\"\n"));
        cut.own().forEach(name -> out.append("#undef ").append(name).append('\n'));
        texts.keySet().forEach(file -> out.append("#include \"").append(file).append("\"\n"));
        Set<String> functions = cut.functions();
        String all = String.join("\n", texts.values());
        Set<String> taken = new LinkedHashSet<>();
        for (Kit.Adapter adapter : kit.adapters()) {
            Method method = kit.method(adapter.method(), adapter.parameters().size());
            if (method == null) {
                throw new IllegalStateException("adapters.c of " + kit.name() + ":" + (adapter.line() - 1) + ": "
                        + kit.seam().getName() + " has no method " + adapter.method());
            }
            if (!taken.contains(adapter.method()) && adapter.fits(functions, all)) {
                taken.add(adapter.method());
                head(out, adapter.method(), adapter.parameters());
                out.append("#line ").append(adapter.line()).append(" \"adapters.c\"\n").append(adapter.body());
                methods.put(method, EXPORT + adapter.method());
            }
        }
        kit.functions().forEach((name, method) -> {
            if (functions.contains(name) && !taken.contains(method.getName()) && VariantClass.canCross(method)) {
                direct(out, cut, name, method);
                methods.put(method, EXPORT + method.getName());
            }
        });
        return out.toString();
    }

    private static void head(StringBuilder out, String method, List<String> parameters) {
        String list = parameters.stream().map(parameter -> "u64 " + parameter).collect(Collectors.joining(", "));
        String shape = "long long " + EXPORT + method + "(" + (list.isEmpty() ? "void" : list) + ")";
        out.append("LAB_EXPORT(").append(EXPORT).append(method).append(") ").append(shape).append(";\n")
                .append(shape).append('\n');
    }

    /** A function whose method has its name: parameters meet by name, or if there are as many, by place. */
    private void direct(StringBuilder out, Cut cut, String name, Method method) {
        CSource file = cut.chosen().keySet().stream().filter(one -> one.function(name) != null).findFirst()
                .orElseThrow();
        CSource.Item function = file.function(name);
        List<String> have = Stream.of(method.getParameters()).skip(1).map(one -> snake(one.getName())).toList();
        List<String> arguments = new ArrayList<>();
        List<String> parameters = file.parameters(function);
        for (int i = 0; i < parameters.size(); i++) {
            String type = type(parameters.get(i));
            String wanted = parameters.get(i).substring(type.length()).replaceAll("\\W", "");
            int at = have.indexOf(wanted);
            at = at < 0 && have.size() == parameters.size() && kit.given(wanted) == null ? i : at;
            String given = kit.given(wanted);
            if (at >= 0) {
                arguments.add("(" + type + ")" + (type.contains("*") ? "(unsigned long)" : "") + have.get(at));
            } else {
                arguments.add(given == null ? "(LAB_PARAMETER_" + name + "_" + wanted + ")" : given);
            }
        }
        head(out, method.getName(), have);
        String call = name + "(" + String.join(", ", arguments) + ")";
        String result = file.returnType(function);
        boolean nothing = result.matches(".*\\bvoid") || result.equals("void");
        String cast = "(long long)" + (result.contains("*") ? "(unsigned long)" : "");
        out.append("#line ").append(function.line()).append(" \"").append(Path.of(file.file()).getFileName())
                .append("\"\n{ ").append(nothing ? call + "; return 0;" : "return " + cast + call + ";").append(" }\n");
    }

    /** The type of a parameter: all but the name at its end. */
    private static String type(String parameter) {
        return parameter.replaceAll("\\b\\w+(\\[\\w*\\])?$", "");
    }

    /** {@code startPfn} as C has it: {@code start_pfn}. */
    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT).replaceAll("_bytes$", "");
    }

    private record Job(Path folder, Map<String, String> names, Map<String, String> texts, Cut cut,
            Map<Method, String> methods, int slot) { }

    /** The assembler would read any file into the code. */
    private static void refuseFilesOfAssembly(String file, String text) {
        Matcher matcher = FILE_OF_ASSEMBLY.matcher(text);
        if (matcher.find()) {
            throw new ImportException(file + ":" + (text.substring(0, matcher.start()).lines().count() + 1)
                    + ": inline assembly can't be run here (" + matcher.group(1) + ")");
        }
    }

    private Built compile(Job job, String main) throws IOException {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            Files.writeString(job.folder().resolve(header.getKey()), header.getValue());
        }
        for (Map.Entry<String, String> text : job.texts().entrySet()) {
            Files.writeString(job.folder().resolve(text.getKey()), text.getValue());
        }
        Files.writeString(job.folder().resolve(MAIN), main);
        Files.writeString(job.folder().resolve(CHECK), headers.keySet().stream()
                .map(header -> "#include \"" + header + "\"\n").collect(Collectors.joining()));
        job.texts().forEach((name, text) -> refuseFilesOfAssembly(job.names().get(name), text));
        Toolchain tools = Toolchain.in(job.folder());
        List<String> words = new ArrayList<>();
        words.addAll(kit.defines());
        List<String> check = new ArrayList<>(words);
        check.addAll(List.of("-Wno-attributes", "-Wno-ignored-attributes", "-Wno-unknown-attributes"));
        options.defines().forEach(define -> words.add("-D" + define));
        Diagnostics diagnostics = new Diagnostics(kit, job.names());
        Toolchain.Result compiled = tools.compile(kit.wordBits(), options.optimization(), words, MAIN, OBJECT);
        if (compiled.exitCode() != 0) {
            throw new ImportException(diagnostics.errors(compiled.output()));
        }
        Toolchain.Result checked = tools.check(kit.property("target"), check, CHECK);
        if (checked.exitCode() != 0) {
            throw new ImportException("the kernel's structures lie otherwise for " + kit.property("target") + ":\n"
                    + checked.output());
        }
        AddressSpace space = kit.space();
        boolean wide = kit.wordBits() == Long.SIZE;
        Toolchain.Result linked = tools.link(kit.wordBits(), space.start(job.slot()), OBJECT, LINKED);
        if (linked.exitCode() != 0) {
            throw new ImportException(diagnostics.errors(linked.output()));
        }
        if (wide) {
            Toolchain.Result lowered = tools.lower(LINKED, LOWERED);
            if (lowered.exitCode() != 0) {
                throw new ImportException("wasm-opt: " + lowered.output());
            }
        }
        Set<String> stubs = new LinkedHashSet<>();
        job.cut().chosen().values().forEach(items -> items.forEach(item -> item.uses().stream()
                .filter(known::contains).forEach(stubs::add)));
        byte[] module = Files.readAllBytes(job.folder().resolve(wide ? LOWERED : LINKED));
        try {
            CModule.check(module, space, job.slot(), kit.seam());
        } catch (IllegalArgumentException e) {
            throw new ImportException("the text can't be run: " + e.getMessage());
        }
        return new Built(module, job.methods(),
                job.cut().functions(), stubs.size(), job.slot(), job.texts(), tools.version(),
                diagnostics.warnings(compiled.output()));
    }
}
