package org.dmalab.shell.scenario;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import org.dmalab.api.Architecture;
import org.dmalab.api.Preset;
import org.dmalab.lab.InputException;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.shell.command.ArgumentCompleter;
import org.dmalab.shell.command.Slot;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Proposes scenarios, patches, profiles, presets and architectures to the commands of this package. */
@Component
public final class NameCompleter implements ArgumentCompleter {
    private final Catalog catalog;
    private final Workbench bench;
    private final RecentTokens tokens;

    /** Wired by Declarative Services. */
    @Activate
    public NameCompleter(@Reference Catalog catalog, @Reference RecentTokens tokens) {
        this.catalog = catalog;
        this.tokens = tokens;
        this.bench = new Workbench(catalog);
    }

    @Override
    public List<String> candidates(Slot slot) {
        boolean ours = Stream.of(ScenarioCommands.specs(), RunCommands.specs(), ExplorerCommands.specs(),
                ReplayCommands.specs(), PatchCommands.specs()).anyMatch(specs -> specs.contains(slot.spec()));
        try {
            return ours ? named(slot) : List.of();
        } catch (InputException e) {
            return List.of();
        }
    }

    private List<String> named(Slot slot) {
        List<Architecture> archs = archs(slot.arguments());
        return switch (slot.kind()) {
            case "NAME", "NAME-OR-FILE", "PATTERN" -> bench.library().list(null);
            case "FILE" -> slot.name().equals("FILE") ? bench.library().list(null) : List.of();
            case "ID", "PATCHES", "A", "B" -> Selection.completions(catalog, archs, slot.typed());
            case "PROFILE" -> names(archs, Architecture::profiles);
            case "PRESET" -> names(archs, Architecture::presets);
            case "TOKEN" -> tokens.all();
            case "ARCH" -> archs.stream().map(Architecture::name).toList();
            default -> List.of();
        };
    }

    /** The architectures of the scenarios that have been typed; all if there are none. */
    private List<Architecture> archs(List<String> words) {
        List<Architecture> all = catalog.architectures();
        List<Architecture> typed = all.stream()
                .filter(arch -> words.stream().anyMatch(word -> word.startsWith(arch.name() + "/"))).toList();
        return typed.isEmpty() ? all : typed;
    }

    private static List<String> names(List<Architecture> archs, Function<Architecture, List<Preset>> presets) {
        return archs.stream().flatMap(arch -> presets.apply(arch).stream()).map(Preset::name).distinct().sorted()
                .toList();
    }
}
