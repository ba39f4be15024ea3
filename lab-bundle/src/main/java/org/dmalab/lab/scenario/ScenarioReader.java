package org.dmalab.lab.scenario;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Oracle;
import org.dmalab.api.Parameter;
import org.dmalab.api.cpu.Level;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;
import org.dmalab.lab.catalog.Catalog;

/**
 * Reads scenario files, which are not trusted: bounded in size and depth, no tags, unknown keys refused, every name and
 * value checked against what is registered, and other files read from below the scenario's own folder only. Every error
 * is an {@link InputException} with file, line, column, key, what was expected and the nearest known name.
 */
public final class ScenarioReader {
    private static final List<String> OF_ANY_MACHINE = List.of("arch", "preset", "profile", "set", "files");
    private static final int MAX_PROCESSOR = 63;
    private static final int MAX_TIMES = 99;

    private final Catalog catalog;

    /** Reads against what a catalog has. */
    public ScenarioReader(Catalog catalog) {
        this.catalog = catalog;
    }

    /** Reads a file; its name is made from its path, {@code pseries/01-pmem-online.yaml} is pseries/pmem-online. */
    public Scenario read(Path file) {
        return read(ScenarioFiles.text(file, file.toString()), file.toString(), file);
    }

    /**
     * Reads a scenario from a text.
     *
     * @param text YAML
     * @param label what messages call the file
     * @param file where it lies, for its name, its architecture and the files beside it; null if nowhere
     */
    public Scenario read(String text, String label, Path file) {
        YamlMap top = YamlMap.of(label, "", Yaml.read(text, label), "title", "source", "about", "machine", "steps",
                "concurrent", "hardware", "after", "oracles");
        YamlMap machine = top.has("machine")
                ? YamlMap.of(label, "machine", top.get("machine"), machineKeys())
                : YamlMap.any(label, "machine", emptyMap(top.node().place()));
        Architecture architecture = architecture(machine, file);
        Context context = new Context(top, machine, architecture, catalog.actions(architecture.name()));
        Scenario scenario = new Scenario(name(architecture, file, label), label, architecture.name(), top.text("title"),
                top.text("source", ""), top.text("about", "").strip(), preset(context), profile(context),
                parameters(context), files(context, file), steps(context, "steps"), strands(context),
                hardware(context), steps(context, "after"), oracles(context), origin(context, file));
        if (scenario.steps().isEmpty() && scenario.concurrent().isEmpty() && scenario.after().isEmpty()) {
            throw top.error(top.node().place(), "steps", "a scenario in which nothing happens, expected at least one "
                    + "action");
        }
        return scenario;
    }

    /** What may stand in a machine: of any architecture, and the lists of some. */
    private String[] machineKeys() {
        return Stream.concat(OF_ANY_MACHINE.stream(), catalog.architectures().stream()
                .flatMap(one -> one.listParameters().keySet().stream())).distinct().toArray(String[]::new);
    }

    /** The part in which a step stands decides which actions it may be. */
    private enum Part {
        ANYWHERE(action -> true, ""),
        CONCURRENT(Action::concurrent, "can't run concurrently"),
        DEVICE(Action::byDevice, "is nothing that a device does by itself");

        private final Predicate<Action> allows;
        private final String refusal;

        Part(Predicate<Action> allows, String refusal) {
            this.allows = allows;
            this.refusal = refusal;
        }
    }

    private record Context(YamlMap top, YamlMap machine, Architecture architecture, List<Action> actions) { }

    private static Yaml.Node emptyMap(Yaml.Place place) {
        return new Yaml.Node(Yaml.Kind.MAP, "", false, List.of(), Map.of(), Map.of(), place, 1);
    }

    private static String name(Architecture architecture, Path file, String label) {
        String plain = file == null ? null : ScenarioFiles.plainName(file.getFileName().toString());
        return plain == null ? label : architecture.name() + "/" + plain;
    }

    /** The architecture that the file names, or its folder, or the one that has the preset. */
    private Architecture architecture(YamlMap machine, Path file) {
        List<String> known = catalog.architectures().stream().map(Architecture::name).toList();
        if (machine.has("arch")) {
            String name = machine.text("arch");
            if (!known.contains(name)) {
                throw machine.error(machine.get("arch").place(), "machine.arch", Names.unknown("architecture", name,
                        known));
            }
            return catalog.architecture(name);
        }
        Path folder = file == null ? null : file.toAbsolutePath().normalize().getParent();
        if (folder != null && folder.getFileName() != null && known.contains(folder.getFileName().toString())) {
            return catalog.architecture(folder.getFileName().toString());
        }
        String preset = machine.text("preset", "");
        List<Architecture> having = catalog.architectures().stream().filter(arch -> arch.name().equals(preset)
                || arch.presets().stream().anyMatch(one -> one.name().equals(preset))).toList();
        if (having.size() == 1) {
            return having.get(0);
        }
        throw machine.error(machine.node().place(), "machine", "which architecture? The folder of the file is named "
                + "after none and preset \"" + preset + "\" belongs to " + (having.isEmpty() ? "none" : "several")
                + "; add \"arch\", one of " + String.join(", ", known));
    }

    private static String preset(Context context) {
        String name = context.machine().text("preset", null);
        return located(context.machine(), "preset", () -> MachineSpecs.preset(context.architecture(), name).name());
    }

    private static String profile(Context context) {
        String name = context.machine().text("profile", null);
        return located(context.machine(), "profile", () -> {
            var profile = MachineSpecs.profile(context.architecture(), name);
            return profile == null ? "" : profile.name();
        });
    }

    private static <T> T located(YamlMap map, String key, Supplier<T> supplier) {
        try {
            return supplier.get();
        } catch (InputException e) {
            throw map.error(map.get(key).place(), map.pathOf(key), e.problem());
        }
    }

    private static Map<String, Long> parameters(Context context) {
        Map<String, Long> numbers = new TreeMap<>();
        if (!context.machine().has("set")) {
            return numbers;
        }
        List<Parameter> known = context.architecture().parameters();
        YamlMap set = YamlMap.any(context.machine().file(), "machine.set", context.machine().get("set"));
        set.textMap().forEach((name, text) -> {
            Parameter parameter = known.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow(
                    () -> set.error(set.keyPlace(name), "machine.set", Names.unknown("parameter of "
                            + context.architecture().name(), name, known.stream().map(Parameter::name).toList())));
            numbers.put(name, located(set, name, () -> ActionValues.number(parameter, text)));
        });
        return numbers;
    }

    private static Map<String, byte[]> files(Context context, Path file) {
        Map<String, byte[]> contents = lists(context);
        if (!context.machine().has("files")) {
            return contents;
        }
        List<String> known = context.architecture().fileParameters();
        YamlMap files = YamlMap.any(context.machine().file(), "machine.files", context.machine().get("files"));
        files.textMap().forEach((name, path) -> {
            if (!known.contains(name)) {
                throw files.error(files.keyPlace(name), "machine.files",
                        Names.unknown("file parameter of " + context.architecture().name(), name, known));
            }
            byte[] content = located(files, name, () -> ScenarioFiles.beside(file, path));
            if (contents.put(name, content) != null) {
                throw files.error(files.keyPlace(name), "machine.files", name + " stands in the machine as a list too");
            }
        });
        return contents;
    }

    /** The lists of maps that stand for a file: a line for each map. */
    private static Map<String, byte[]> lists(Context context) {
        Map<String, byte[]> contents = new TreeMap<>();
        YamlMap machine = context.machine();
        Map<String, List<String>> known = context.architecture().listParameters();
        machine.node().entries().forEach((key, value) -> {
            boolean ofAny = OF_ANY_MACHINE.contains(key);
            if (!ofAny && !known.containsKey(key)) {
                throw machine.error(machine.keyPlace(key), "machine", "a machine of " + context.architecture().name()
                        + " has no " + key);
            }
            if (!ofAny) {
                contents.put(key, lines(machine, key, known.get(key)).getBytes(StandardCharsets.UTF_8));
            }
        });
        return contents;
    }

    private static String lines(YamlMap machine, String key, List<String> known) {
        StringBuilder text = new StringBuilder();
        List<Yaml.Node> items = machine.list(key);
        for (int i = 0; i < items.size(); i++) {
            String where = machine.pathOf(key) + "[" + i + "]";
            YamlMap map = YamlMap.of(machine.file(), where, items.get(i), known.toArray(String[]::new));
            map.textMap().forEach((name, value) -> {
                if (value.isEmpty() || value.chars().anyMatch(c -> Character.isWhitespace(c) || c == '=' || c == '#')) {
                    throw map.error(map.get(name).place(), map.pathOf(name), "\"" + value + "\", expected one word");
                }
                text.append(name).append('=').append(value).append(' ');
            });
            text.append('\n');
        }
        return text.toString();
    }

    /** Where the things stand that only a machine can judge. */
    private static Scenario.Origin origin(Context context, Path file) {
        Map<String, Scenario.Place> places = new TreeMap<>();
        YamlMap machine = context.machine();
        places.put("machine", place(machine.node()));
        machine.node().entries().forEach((key, value) -> {
            places.put(machine.pathOf(key), place(value));
            value.entries().forEach((name, one) -> places.put(machine.pathOf(key) + "." + name, place(one)));
        });
        for (String key : List.of("hardware", "concurrent")) {
            List<Yaml.Node> items = context.top().list(key);
            for (int i = 0; i < items.size(); i++) {
                places.put(key + "[" + i + "]", place(items.get(i)));
            }
        }
        Map<String, String> paths = new TreeMap<>();
        if (machine.has("files") && file != null) {
            YamlMap.any(machine.file(), "machine.files", machine.get("files")).textMap()
                    .forEach((name, path) -> paths.put(name, file.resolveSibling(path).toString()));
        }
        return new Scenario.Origin(places, paths);
    }

    private static Scenario.Place place(Yaml.Node node) {
        return new Scenario.Place(node.place().line(), node.place().column());
    }

    private List<Scenario.Step> steps(Context context, String key) {
        return steps(context, context.top(), key, Part.ANYWHERE);
    }

    private static List<Scenario.Step> steps(Context context, YamlMap map, String key, Part where) {
        List<Scenario.Step> steps = new ArrayList<>();
        for (Yaml.Node item : map.list(key)) {
            steps.add(step(context, map, map.pathOf(key) + "[" + steps.size() + "]", item, where));
        }
        return steps;
    }

    private static Scenario.Step step(Context context, YamlMap map, String path, Yaml.Node item, Part where) {
        if (item.kind() == Yaml.Kind.LIST || item.isNull() || (item.kind() == Yaml.Kind.MAP
                && item.entries().size() != 1)) {
            throw map.error(item.place(), path, (item.kind() == Yaml.Kind.MAP ? "a map with "
                    + item.entries().size() + " keys" : item.word())
                    + ", expected an action: its name, or {name: {parameter: value}}");
        }
        boolean plain = item.kind() == Yaml.Kind.SCALAR;
        String name = plain ? item.text() : item.entries().keySet().iterator().next();
        Action action = context.actions().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow(
                () -> map.error(item.place(), path, Names.unknown("action of " + context.architecture().name(), name,
                        context.actions().stream().map(Action::name).toList())));
        if (!where.allows.test(action)) {
            throw map.error(item.place(), path, "action " + name + " " + where.refusal + "; there is: "
                    + String.join(", ", context.actions().stream().filter(where.allows).map(Action::name).toList()));
        }
        Yaml.Node value = plain ? null : item.entries().get(name);
        YamlMap values = YamlMap.any(map.file(), path + "." + name,
                value == null || value.isNull() ? emptyMap(item.place()) : value);
        Map<String, String> typed = values.textMap();
        try {
            ActionValues.parse(action, typed);
        } catch (InputException e) {
            boolean written = typed.containsKey(e.key());
            boolean known = action.parameters().stream().anyMatch(one -> one.name().equals(e.key()));
            if (!written) {
                throw values.error(values.node().place(), values.path(), e.problem());
            }
            throw known ? values.error(values.get(e.key()).place(), values.pathOf(e.key()), e.problem())
                    : values.error(values.keyPlace(e.key()), values.path(), e.problem());
        }
        return new Scenario.Step(name, typed, item.place().line(), item.place().column());
    }

    private static List<Scenario.Strand> strands(Context context) {
        List<Scenario.Strand> strands = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Yaml.Node item : context.top().list("concurrent")) {
            YamlMap map = YamlMap.of(context.top().file(), "concurrent[" + strands.size() + "]", item, "name",
                    "processor", "level", "times", "migrates", "steps");
            String name = map.text("name", "strand" + strands.size());
            if (!names.add(name)) {
                throw map.error(item.place(), map.path(), "a second strand named \"" + name + "\"");
            }
            strands.add(strand(context, map, name));
        }
        for (int i = 0; i < strands.size(); i++) {
            if (strands.get(i).steps().isEmpty()) {
                throw context.top().error(context.top().list("concurrent").get(i).place(), "concurrent[" + i + "]",
                        "strand " + strands.get(i).name() + " has no steps, expected at least one action");
            }
        }
        return strands;
    }

    private static Scenario.Strand strand(Context context, YamlMap map, String name) {
        boolean device = map.text("level", "user").equals(Scenario.DEVICE);
        Level level = device ? Level.USER : level(map);
        int times = number(map, "times", 1, 1, MAX_TIMES, "how often it runs");
        boolean migrates = flag(map, "migrates");
        boolean interrupt = level != Level.USER;
        if (device && map.has("processor")) {
            throw map.error(map.get("processor").place(), map.pathOf("processor"), "a device runs on no processor");
        }
        if (times > 1 && !device && !interrupt) {
            throw map.error(map.get("times").place(), map.pathOf("times"), "code at user level runs once; repeat its "
                    + "steps");
        }
        if (migrates && (device || interrupt)) {
            throw map.error(map.get("migrates").place(), map.pathOf("migrates"), "only code at user level can move to "
                    + "another processor");
        }
        return new Scenario.Strand(name, number(map, "processor", 0, 0, MAX_PROCESSOR, "the number of a processor"),
                level, device, times, migrates, steps(context, map, "steps", device ? Part.DEVICE : Part.CONCURRENT));
    }

    private static int number(YamlMap map, String key, int otherwise, int least, int most, String what) {
        String text = map.text(key, String.valueOf(otherwise));
        if (!text.matches("\\d{1,2}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw map.error(map.get(key).place(), map.pathOf(key), "\"" + text + "\", expected " + what + ", " + least
                    + " to " + most);
        }
        return Integer.parseInt(text);
    }

    private static boolean flag(YamlMap map, String key) {
        String text = map.text(key, "false");
        if (!text.equals("true") && !text.equals("false")) {
            throw map.error(map.get(key).place(), map.pathOf(key), "\"" + text + "\", expected true or false");
        }
        return text.equals("true");
    }

    private static Level level(YamlMap map) {
        String text = map.text("level", "user");
        List<String> known = levels();
        if (!known.contains(text)) {
            throw map.error(map.get("level").place(), map.pathOf("level"), Names.unknown("level", text, known));
        }
        return Level.valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** What may stand as a level. */
    static List<String> levels() {
        return Stream.concat(Stream.of(Level.values()).map(level -> level.name().toLowerCase(Locale.ROOT)),
                Stream.of(Scenario.DEVICE)).toList();
    }

    /** Families are known only to a machine. */
    private static List<String> hardware(Context context) {
        return context.top().texts("hardware");
    }

    private List<String> oracles(Context context) {
        List<String> names = context.top().texts("oracles");
        List<String> known = catalog.oracles(context.architecture().name()).stream().map(Oracle::name).toList();
        for (int i = 0; i < names.size(); i++) {
            if (!known.contains(names.get(i))) {
                throw context.top().error(context.top().list("oracles").get(i).place(), "oracles[" + i + "]",
                        Names.unknown("oracle of " + context.architecture().name(), names.get(i), known));
            }
        }
        return names;
    }
}
