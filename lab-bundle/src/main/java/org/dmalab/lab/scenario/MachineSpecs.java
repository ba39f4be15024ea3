package org.dmalab.lab.scenario;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.Architecture;
import org.dmalab.api.Backend;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Preset;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;

/** Resolves names of presets and profiles to what a machine is made from. */
public final class MachineSpecs {
    private MachineSpecs() { }

    /**
     * Resolves a machine.
     *
     * @param architecture its architecture
     * @param preset name of the equipment; null or the architecture's name for the usual one
     * @param profile name of the behaviour; null for the usual one
     * @param backend null for the usual one
     * @param parameters what overrides preset and profile
     * @param files contents of files by parameter
     * @throws InputException if there is none of that name; it names the nearest
     */
    public static MachineSpec resolve(Architecture architecture, String preset, String profile, String backend,
            Map<String, Long> parameters, Map<String, byte[]> files) {
        Backend carrier = backend(architecture, backend);
        Preset equipment = preset(architecture, preset);
        Preset behaviour = profile(architecture, profile);
        Map<String, Long> values = new TreeMap<>(equipment.values());
        if (behaviour != null) {
            values.putAll(behaviour.values());
        }
        values.putAll(parameters);
        return new MachineSpec(architecture.name(), equipment.name(), behaviour == null ? "" : behaviour.name(),
                carrier.name(), values, files);
    }

    /** A back end by name; null stands for the usual one. */
    public static Backend backend(Architecture architecture, String name) {
        return architecture.backends().stream().filter(known -> name == null || known.name().equals(name)).findFirst()
                .orElseThrow(() -> new InputException(Names.unknown("back end of " + architecture.name(), name,
                        architecture.backends().stream().map(Backend::name).toList())));
    }

    /** A preset by name; null or the architecture's name stand for the usual one. */
    public static Preset preset(Architecture architecture, String name) {
        boolean usual = name == null || (name.equals(architecture.name())
                && architecture.presets().stream().noneMatch(preset -> preset.name().equals(name)));
        return usual ? architecture.presets().get(0)
                : find("preset of " + architecture.name(), name, architecture.presets());
    }

    /** A profile by name; null stands for the usual one, which is null where an architecture has no profiles. */
    public static Preset profile(Architecture architecture, String name) {
        if (name == null) {
            return architecture.profiles().isEmpty() ? null : architecture.profiles().get(0);
        }
        return find("profile of " + architecture.name(), name, architecture.profiles());
    }

    private static Preset find(String what, String name, List<Preset> presets) {
        return presets.stream().filter(preset -> preset.name().equals(name)).findFirst()
                .orElseThrow(() -> new InputException(
                        Names.unknown(what, name, presets.stream().map(Preset::name).toList())));
    }
}
