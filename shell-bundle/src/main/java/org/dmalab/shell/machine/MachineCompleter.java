package org.dmalab.shell.machine;

import java.util.List;
import java.util.stream.Stream;

import org.dmalab.api.Preset;
import org.dmalab.lab.catalog.VariantInfo;
import org.dmalab.shell.command.ArgumentCompleter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Proposes names of machines, presets, profiles, marks and variants. */
@Component
public final class MachineCompleter implements ArgumentCompleter {
    private final MachineRegistry registry;

    /** Wired by Declarative Services. */
    @Activate
    public MachineCompleter(@Reference MachineRegistry registry) {
        this.registry = registry;
    }

    @Override
    public List<String> candidates(String command, List<String> words, int wordIndex) {
        String before = wordIndex > 0 ? words.get(wordIndex - 1) : "";
        if (command.equals("machine:create")) {
            return create(before, wordIndex);
        }
        boolean patch = command.equals("patch:use") || command.equals("patch:storm");
        boolean takesMachine = command.startsWith("machine:") || patch || isAction(command);
        if (!takesMachine || before.startsWith("--")) {
            return patch && before.equals("--patch") ? variants(words) : List.of();
        }
        if (wordIndex == 0) {
            return registry.all().stream().map(NamedMachine::name).toList();
        }
        if (command.equals("patch:use")) {
            return variants(words);
        }
        return command.equals("machine:diff") && wordIndex == 1 ? machine(words)
                .flatMap(one -> one.live().marks().stream()).toList() : List.of();
    }

    private List<String> create(String before, int wordIndex) {
        if (before.equals("--profile")) {
            return registry.catalog().architectures().stream().flatMap(one -> one.profiles().stream())
                    .map(Preset::name).distinct().toList();
        }
        if (before.equals("--patch")) {
            return registry.catalog().architectures().stream()
                    .flatMap(one -> registry.catalog().variants(one.name()).stream()).map(VariantInfo::id).toList();
        }
        return wordIndex == 1 ? registry.presets() : List.of();
    }

    private boolean isAction(String command) {
        String action = command.replace(':', '.');
        return registry.catalog().architectures().stream()
                .anyMatch(one -> registry.catalog().actions(one.name()).stream()
                        .anyMatch(known -> known.name().equals(action)));
    }

    private Stream<NamedMachine> machine(List<String> words) {
        return registry.all().stream().filter(one -> one.name().equals(words.get(0)));
    }

    private List<String> variants(List<String> words) {
        return machine(words).flatMap(one -> registry.catalog().variants(one.spec().arch()).stream())
                .map(VariantInfo::id).toList();
    }
}
