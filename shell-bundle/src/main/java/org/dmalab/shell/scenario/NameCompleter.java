package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

import org.dmalab.api.Architecture;
import org.dmalab.api.Preset;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.lab.InputException;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.catalog.VariantInfo;
import org.dmalab.shell.command.ArgumentCompleter;
import org.dmalab.shell.command.CommandSpec;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Proposes scenarios, patches, profiles, presets and architectures to the commands of this package. */
@Component
public final class NameCompleter implements ArgumentCompleter {
    private final Catalog catalog;
    private final Workbench bench;

    /** Wired by Declarative Services. */
    @Activate
    public NameCompleter(@Reference Catalog catalog) {
        this.catalog = catalog;
        this.bench = new Workbench(catalog);
    }

    @Override
    public List<String> candidates(String command, List<String> words, int wordIndex) {
        Optional<CommandSpec> spec = Stream.of(ScenarioCommands.specs(), RunCommands.specs(),
                ExplorerCommands.specs(), PatchCommands.specs()).flatMap(List::stream)
                .filter(one -> one.name().equals(command)).findFirst();
        if (spec.isEmpty() || wordIndex >= words.size()) {
            return List.of();
        }
        try {
            return candidates(spec.get(), words, wordIndex);
        } catch (InputException e) {
            return List.of();
        }
    }

    private List<String> candidates(CommandSpec spec, List<String> words, int index) {
        List<Architecture> archs = archs(words);
        String before = index == 0 ? "" : words.get(index - 1);
        if (spec.option(before).filter(option -> !option.flag()).isPresent()) {
            return switch (before) {
                case "--patch" -> patches(words.get(index), archs);
                case "--profile" -> names(archs, Architecture::profiles);
                case "--preset" -> names(archs, Architecture::presets);
                default -> List.of();
            };
        }
        return switch (param(spec, words, index)) {
            case "NAME", "NAME-OR-FILE", "FILE", "PATTERN" -> bench.library().list(null);
            case "ID", "A", "B" -> patches(words.get(index), archs);
            case "ARCH" -> archs.stream().map(Architecture::name).toList();
            default -> List.of();
        };
    }

    /** Which argument a word is: the words before it count unless they are options or values of options. */
    private static String param(CommandSpec spec, List<String> words, int index) {
        int position = 0;
        for (int i = 0; i < index; i++) {
            boolean value = i > 0 && spec.option(words.get(i - 1)).filter(option -> !option.flag()).isPresent();
            position += value || words.get(i).startsWith("--") ? 0 : 1;
        }
        List<CommandSpec.Param> params = spec.params();
        if (!params.isEmpty() && position >= params.size() && params.get(params.size() - 1).repeated()) {
            position = params.size() - 1;
        }
        return position < params.size() ? params.get(position).name() : "";
    }

    /** The architectures of the scenarios that have been typed; all if there are none. */
    private List<Architecture> archs(List<String> words) {
        List<Architecture> all = catalog.architectures();
        List<Architecture> typed = all.stream()
                .filter(arch -> words.stream().anyMatch(word -> word.startsWith(arch.name() + "/"))).toList();
        return typed.isEmpty() ? all : typed;
    }

    /** Ids after what has been typed of a list: {@code a,b} is completed after the comma, {@code Iommu=} after that. */
    private List<String> patches(String word, List<Architecture> archs) {
        int comma = word.lastIndexOf(',') + 1;
        int equals = word.indexOf('=', comma) + 1;
        String typed = word.substring(0, Math.max(comma, equals));
        String service = equals > 0 ? word.substring(comma, equals - 1) : "";
        TreeSet<String> found = new TreeSet<>();
        for (Architecture arch : archs) {
            for (VariantInfo info : catalog.variants(arch.name())) {
                if (service.isEmpty() || info.services().stream().map(Selection::serviceName)
                        .anyMatch(service::equals)) {
                    found.add(typed + info.id());
                }
            }
            if (equals == 0) {
                services(arch).forEach(name -> found.add(typed + name + "="));
            }
        }
        return new ArrayList<>(found);
    }

    private static List<String> services(Architecture arch) {
        return arch.services().stream().map((ServiceKind kind) -> Selection.serviceName(kind)).toList();
    }

    private static List<String> names(List<Architecture> archs, Function<Architecture, List<Preset>> presets) {
        return archs.stream().flatMap(arch -> presets.apply(arch).stream()).map(Preset::name).distinct().sorted()
                .toList();
    }
}
