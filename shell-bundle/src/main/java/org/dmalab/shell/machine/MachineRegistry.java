package org.dmalab.shell.machine;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.dmalab.api.Architecture;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Preset;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.catalog.UsualPatch;
import org.dmalab.lab.live.LiveMachine;
import org.dmalab.lab.scenario.MachineSpecs;
import org.dmalab.shell.swap.Lane;
import org.dmalab.shell.swap.MachineHost;
import org.dmalab.shell.swap.PatchSwitch;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The named machines of this platform. */
@Component(service = MachineRegistry.class)
public final class MachineRegistry {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,31}");

    private final Catalog catalog;
    private final PatchSwitch patchSwitch;
    private final Map<String, NamedMachine> machines = new ConcurrentSkipListMap<>();

    /** Wired by Declarative Services. */
    @Activate
    public MachineRegistry(@Reference Catalog catalog, @Reference PatchSwitch patchSwitch) {
        this.catalog = catalog;
        this.patchSwitch = patchSwitch;
    }

    @Deactivate
    void deactivate() {
        try {
            machines.keySet().forEach(patchSwitch::delete);
        } catch (IllegalStateException e) {
            // ConfigurationAdmin is gone already, and the configurations with it.
        }
        machines.clear();
    }

    /** What there is to choose from. */
    Catalog catalog() {
        return catalog;
    }

    /** The switch. */
    PatchSwitch patchSwitch() {
        return patchSwitch;
    }

    Collection<NamedMachine> all() {
        return machines.values();
    }

    NamedMachine get(String name) {
        NamedMachine machine = machines.get(name);
        if (machine == null) {
            throw new InputException(machines.isEmpty()
                    ? "there is no machine " + name + "; make one with machine:create " + name + " PRESET"
                    : Names.unknown("machine", name, machines.keySet()));
        }
        return machine;
    }

    /**
     * Makes a machine, its kernel not booted.
     *
     * @param preset a preset's name, or an architecture's for its usual one
     * @param profile null for the usual one
     * @param patch null for the usual one
     * @param oracles names of those who watch; null for all that fit
     */
    NamedMachine create(String name, String preset, String profile, String patch, List<String> oracles)
            throws InterruptedException {
        return create(name, preset, profile, patch, oracles, Map.of());
    }

    /** The same with files by the name of the parameter that they are for. */
    NamedMachine create(String name, String preset, String profile, String patch, List<String> oracles,
            Map<String, byte[]> files) throws InterruptedException {
        if (!NAME.matcher(name).matches()) {
            throw new InputException("machine name \"" + name + "\": expected a letter, then up to 31 letters, digits, "
                    + "- or _");
        }
        if (machines.containsKey(name)) {
            throw new InputException("there is a machine " + name + " already; see machine:list");
        }
        Architecture architecture = architectureOf(preset);
        for (String file : files.keySet()) {
            if (!architecture.fileParameters().contains(file)) {
                throw new InputException("--" + file + ": a machine of " + architecture.name() + " reads no such file");
            }
        }
        MachineSpec spec = MachineSpecs.resolve(architecture, preset, profile, null, Map.of(), files);
        Selection selection = patch == null ? UsualPatch.of(catalog, spec)
                : Selection.parse(patch, catalog, architecture.name());
        MachineHost host = patchSwitch.create(name, spec, selection);
        try {
            Lane lane = host.lane();
            NamedMachine machine = new NamedMachine(LiveMachine.create(name, catalog, spec, oracles, lane), host,
                    lane);
            machines.put(name, machine);
            return machine;
        } catch (RuntimeException e) {
            patchSwitch.destroy(name);
            throw e;
        }
    }

    void destroy(String name) throws InterruptedException {
        get(name);
        machines.remove(name);
        patchSwitch.destroy(name);
    }

    private Architecture architectureOf(String preset) {
        List<Architecture> architectures = catalog.architectures();
        return architectures.stream().filter(one -> one.name().equals(preset)
                || one.presets().stream().anyMatch(known -> known.name().equals(preset))).findFirst()
                .orElseThrow(() -> new InputException(Names.unknown("preset", preset, presets())));
    }

    /** Names of presets, those of architectures first. */
    List<String> presets() {
        List<Architecture> architectures = catalog.architectures();
        return Stream.concat(architectures.stream().map(Architecture::name),
                architectures.stream().flatMap(one -> one.presets().stream().map(Preset::name))).distinct().toList();
    }
}
