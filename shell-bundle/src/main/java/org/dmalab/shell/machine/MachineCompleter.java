package org.dmalab.shell.machine;

import java.util.List;
import java.util.stream.Stream;

import org.dmalab.api.Architecture;
import org.dmalab.api.Preset;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.shell.command.ArgumentCompleter;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Slot;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Proposes names of machines, presets, profiles, marks, devices and variants. */
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
            case "MARK" -> machine(slot).flatMap(one -> one.live().marks().stream()).toList();
            case "DEVICE" -> machine(slot).flatMap(one -> architecture(one).devices(one.spec()).stream()).toList();
            default -> List.of();
        };
    }

    /** Whether an argument is the name of a machine. */
    private static boolean namesMachine(CommandSpec spec, String argument) {
        return argument.equals("MACHINE") || spec.scope().equals(MachineCommands.SCOPE) && argument.equals("NAME");
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
