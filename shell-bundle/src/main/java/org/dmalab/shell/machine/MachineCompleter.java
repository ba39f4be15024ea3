package org.dmalab.shell.machine;

import java.util.List;
import java.util.stream.Stream;

import org.dmalab.api.Architecture;
import org.dmalab.api.Oracle;
import org.dmalab.api.Preset;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.shell.command.ArgumentCompleter;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Slot;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Proposes names of machines, presets, profiles, oracles, marks, devices and variants. */
@Component
public final class MachineCompleter implements ArgumentCompleter {
    private static final String CREATE = MachineCommands.SCOPE + ":create";

    private final MachineRegistry registry;

    /** Wired by Declarative Services. */
    @Activate
    public MachineCompleter(@Reference MachineRegistry registry) {
        this.registry = registry;
    }

    @Override
    public List<String> candidates(Slot slot) {
        boolean creates = slot.spec().name().equals(CREATE);
        List<Architecture> architectures = creates ? created(slot) : machine(slot).map(this::architecture).toList();
        if (namesMachine(slot.spec(), slot.name()) && !creates) {
            return registry.all().stream().map(NamedMachine::name).toList();
        }
        if (!creates && !namesMachine(slot.spec(), slot.spec().params().isEmpty() ? ""
                : slot.spec().params().get(0).name())) {
            return List.of();
        }
        return switch (slot.kind()) {
            case "PRESET" -> registry.presets();
            case "PROFILE" -> architectures.stream().flatMap(one -> one.profiles().stream()).map(Preset::name)
                    .distinct().toList();
            case "ID", "ID,ID" -> Selection.completions(registry.catalog(), architectures, slot.typed());
            case "ORACLES" -> oracles(architectures, slot.typed());
            case "MARK" -> machine(slot).flatMap(one -> one.live().marks().stream()).toList();
            case "DEVICE" -> machine(slot).flatMap(one -> architecture(one).devices(one.spec()).stream()).toList();
            default -> machine(slot).flatMap(one -> choices(one, slot)).toList();
        };
    }

    /** The words that the machine's own action takes; another architecture's action of that name may take others. */
    private Stream<String> choices(NamedMachine machine, Slot slot) {
        return registry.catalog().actions(machine.spec().arch()).stream()
                .filter(action -> action.name().equals(slot.spec().scope() + "." + slot.spec().function()))
                .flatMap(action -> action.parameters().stream())
                .filter(parameter -> slot.name().equals("--" + parameter.name()))
                .flatMap(parameter -> parameter.values().stream());
    }

    /** Names of those that fit, behind those that have been typed. */
    private List<String> oracles(List<Architecture> architectures, String typed) {
        String before = typed.substring(0, typed.lastIndexOf(',') + 1);
        Stream<String> names = architectures.stream().flatMap(one -> registry.catalog().oracles(one.name()).stream())
                .map(Oracle::name).distinct().sorted();
        return Stream.concat(before.isEmpty() ? Stream.of(MachineCommands.NOBODY) : Stream.empty(),
                names.map(name -> before + name)).toList();
    }

    /** Whether an argument is the name of a machine. */
    private static boolean namesMachine(CommandSpec spec, String argument) {
        return argument.equals("MACHINE") || (spec.scope().equals(MachineCommands.SCOPE) && argument.equals("NAME"));
    }

    /** The machine that has been typed. */
    private Stream<NamedMachine> machine(Slot slot) {
        return registry.all().stream().filter(one -> slot.arguments().stream().limit(1).anyMatch(one.name()::equals));
    }

    private Architecture architecture(NamedMachine machine) {
        return registry.catalog().architecture(machine.spec().arch());
    }

    /** The architecture of the preset that has been typed; all as long as there is none. */
    private List<Architecture> created(Slot slot) {
        List<Architecture> all = registry.catalog().architectures();
        List<Architecture> typed = all.stream().filter(one -> slot.arguments().stream().skip(1).anyMatch(word ->
                word.equals(one.name()) || one.presets().stream().map(Preset::name).anyMatch(word::equals))).toList();
        return typed.isEmpty() ? all : typed;
    }
}
