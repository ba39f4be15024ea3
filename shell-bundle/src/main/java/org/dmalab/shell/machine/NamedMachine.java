package org.dmalab.shell.machine;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

import org.dmalab.api.MachineSpec;
import org.dmalab.lab.live.ActionOutcome;
import org.dmalab.lab.live.LiveMachine;
import org.dmalab.shell.swap.Lane;
import org.dmalab.shell.swap.MachineHost;

/**
 * A machine with a name, wired by the registry.
 *
 * @param live the machine
 * @param host its services
 * @param lane its way to them
 */
record NamedMachine(LiveMachine live, MachineHost host, Lane lane) {
    String name() {
        return live.name();
    }

    MachineSpec spec() {
        return live.spec();
    }

    /** The variants in use, by service; what is missing says so. */
    Map<String, String> patches() {
        Map<String, String> patches = new TreeMap<>();
        host.patches().forEach((kind, id) -> patches.put(kind.type().getSimpleName(), id));
        return patches;
    }

    /** The variants in use without repeats, as lists print them. */
    String patchNames() {
        return host.missing() != null ? "none" : String.join("+", patches().values().stream().distinct().toList());
    }

    ActionOutcome run(String action, Map<String, String> values, int processor) {
        return working(action, () -> live.run(action, values, processor));
    }

    List<ActionOutcome> boot() {
        return working("boot", live::boot);
    }

    /** Does something during which kernel code may call the variant. */
    <T> T working(String what, Supplier<T> work) {
        lane.online(what);
        try {
            return work.get();
        } finally {
            lane.offline();
        }
    }
}
