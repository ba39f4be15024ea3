package org.dmalab.c.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.dmalab.api.Architecture;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.c.ImportException;
import org.dmalab.c.runtime.AddressSpace;

/**
 * What an architecture's bundle has for C text, in its folder {@code c/NAME}: {@code kit.properties}, its headers,
 * the C
 * types of its layout, and adapters where a function of the kernel is not met by a method of the same name.
 *
 * @param name of the architecture
 * @param loader of its classes
 * @param properties the file
 */
public record Kit(String name, ClassLoader loader, Properties properties) {
    private static final String FOLDER = "c/";
    private static final String CORE = "core.h";
    private static final String WHEN = "when.";
    private static final String LAYOUT = "layout.";
    private static final String ADAPTER = "//! ";

    /**
     * A piece of C that stands between a method of the seam and the functions of a text.
     *
     * @param method name of the method
     * @param parameters names of its parameters after the Cpu
     * @param needs functions that the text must define; {@code /REGEX/} must be found in it, {@code !/REGEX/} must not
     * @param body its C code, in braces
     * @param line where it stands in the file
     */
    record Adapter(String method, List<String> parameters, List<String> needs, String body, int line) {
        /** The functions among the needs. */
        List<String> functions() {
            return needs.stream().filter(need -> !need.contains("/")).toList();
        }

        boolean fits(Set<String> functions, String text) {
            return needs.stream().allMatch(need -> {
                if (!need.contains("/")) {
                    return functions.contains(need);
                }
                boolean not = need.startsWith("!");
                String regex = need.substring(not ? 2 : 1, need.length() - 1);
                return Pattern.compile(regex).matcher(text).find() != not;
            });
        }
    }

    /** The kit of an architecture; empty if its bundle has none. */
    public static Optional<Kit> of(Architecture architecture) {
        return of(architecture.name(), architecture.getClass().getClassLoader());
    }

    static Optional<Kit> of(String name, ClassLoader loader) {
        try (InputStream in = loader.getResourceAsStream(FOLDER + name + "/kit.properties")) {
            if (in == null) {
                return Optional.empty();
            }
            Properties properties = new Properties();
            properties.load(in);
            return Optional.of(new Kit(name, loader, properties));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String property(String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IllegalStateException("kit.properties of " + name + " has no " + key);
        }
        return value.trim();
    }

    int wordBits() {
        return Integer.parseInt(property("wordBits"));
    }

    AddressSpace space() {
        return AddressSpace.of(wordBits(), Long.parseUnsignedLong(property("kernelBase"), 16), property("ranges"));
    }

    /** What the compiler is told of the architecture. */
    List<String> defines() {
        List<String> words = new ArrayList<>(List.of("-DLAB_MODULES_HIGH=0x"
                + Long.toHexString(Long.parseUnsignedLong(property("kernelBase"), 16) & -1L << Integer.SIZE) + "ULL"));
        Stream.of(properties.getProperty("defines", "").trim().split("\\s+")).filter(word -> !word.isEmpty())
                .forEach(word -> words.add("-D" + word));
        return words;
    }

    /** Beginnings of the paths in a kernel tree that are this architecture's. */
    List<String> paths() {
        return List.of(property("paths").split("\\s+"));
    }

    Class<?> seam() {
        return load(property("seam"));
    }

    /**
     * What the class of a variant of a text implements or extends: the seam, or the version that is around the text.
     *
     * @param from the id of that version, as the text names it; null if it does not
     * @throws ImportException if there is no such version, or none that can be extended
     */
    Class<?> implemented(String text, String from) {
        if (from == null) {
            return load(matching(WHEN, text).orElse(property("seam")));
        }
        String simple = Stream.of(from.split("[^a-z0-9]+")).filter(word -> !word.isEmpty())
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
        try {
            Class<?> type = Class.forName(property("patches") + "." + simple, true, loader);
            if (Modifier.isFinal(type.getModifiers())) {
                throw new ImportException("from=" + from + ": nothing can be made from this version, as nothing is but"
                        + " its own functions; leave it out");
            }
            return type;
        } catch (ClassNotFoundException e) {
            throw new ImportException("from=" + from + ": " + name + " has no version of its own with this id"
                    + " (patch:list " + name + ")");
        }
    }

    /** How the kernel of a text keeps its state. */
    String layout(String text) {
        return matching(LAYOUT, text).orElse(property("layout"));
    }

    /** The rest of the first key with a prefix whose regular expression is found in a text. */
    private Optional<String> matching(String prefix, String text) {
        return properties.stringPropertyNames().stream().filter(key -> key.startsWith(prefix)).sorted()
                .filter(key -> Pattern.compile(property(key)).matcher(text).find())
                .map(key -> key.substring(prefix.length())).findFirst();
    }

    /** What a function is given for a parameter that the seam does not have; null if the kit does not know. */
    String given(String parameter) {
        return properties.getProperty("parameter." + parameter);
    }

    private Class<?> load(String type) {
        try {
            return Class.forName(type, true, loader);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("kit.properties of " + name + " names " + type + ", which there is not", e);
        }
    }

    /** The project's headers, in the order in which they are included; the layout is made now. */
    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(CORE, resource(Kit.class.getClassLoader(), FOLDER + CORE));
        headers.put(name + "-types.h", resource(loader, FOLDER + name + "/" + name + "-types.h"));
        headers.put(name + "-layout.h", LayoutHeader.write(
                Stream.of(property("layouts").split("\\s+")).<Class<?>>map(this::load).toList(), types()));
        headers.put(name + ".h", resource(loader, FOLDER + name + "/" + name + ".h"));
        return headers;
    }

    private Map<String, String> types() {
        Map<String, String> types = new LinkedHashMap<>();
        for (String line : resource(loader, FOLDER + name + "/layout.types").split("\n")) {
            int equals = line.indexOf(" = ");
            if (equals > 0 && !line.startsWith("#")) {
                types.put(line.substring(0, equals).trim(), line.substring(equals + 3).trim());
            }
        }
        return types;
    }

    /** The adapters, in the order in which they are tried. */
    List<Adapter> adapters() {
        String text = resource(loader, FOLDER + name + "/adapters.c");
        List<Adapter> adapters = new ArrayList<>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].startsWith(ADAPTER)) {
                continue;
            }
            String head = lines[i].substring(ADAPTER.length());
            int open = head.indexOf('(');
            int close = head.indexOf("):");
            StringBuilder body = new StringBuilder();
            for (int j = i + 1; j < lines.length && !lines[j].startsWith(ADAPTER); j++) {
                body.append(lines[j]).append('\n');
            }
            adapters.add(new Adapter(head.substring(0, open), words(head.substring(open + 1, close).replace(",", " ")),
                    words(head.substring(close + 2)), body.toString(), i + 2));
        }
        return adapters;
    }

    private static List<String> words(String text) {
        return Stream.of(text.trim().split("\\s+")).filter(word -> !word.isEmpty()).toList();
    }

    /**
     * The methods of the seam that are functions of the kernel, by name. One that has a name of its own stands for a
     * part of the function that its annotation names: other parameters, another result.
     */
    Map<String, Method> functions() {
        Map<String, Method> functions = new LinkedHashMap<>();
        for (Method method : seam().getMethods()) {
            KernelFunction function = method.getAnnotation(KernelFunction.class);
            boolean whole = function != null && List.of("", method.getName()).contains(function.value());
            boolean callable = whole && method.getParameterCount() > 0
                    && method.getParameterTypes()[0] == Cpu.class;
            if (callable) {
                functions.put(method.getName(), method);
            }
        }
        return functions;
    }

    /** The method of a name that takes a Cpu and so many numbers; null if the seam has none. */
    Method method(String method, int parameters) {
        return Arrays.stream(seam().getMethods()).filter(one -> one.getName().equals(method))
                .filter(one -> numbers(one) == parameters).findFirst().orElse(null);
    }

    private static int numbers(Method method) {
        boolean cpu = method.getParameterCount() > 0 && method.getParameterTypes()[0] == Cpu.class;
        return method.getParameterCount() - (cpu ? 1 : 0);
    }

    /** Names of all functions of the kernel by which a text of this architecture is reached. */
    Set<String> entries() {
        Set<String> names = new LinkedHashSet<>(functions().keySet());
        adapters().forEach(adapter -> names.addAll(adapter.functions()));
        return names;
    }

    private static String resource(ClassLoader from, String path) {
        try (InputStream in = from.getResourceAsStream(path)) {
            if (in == null) {
                return "";
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }
}
