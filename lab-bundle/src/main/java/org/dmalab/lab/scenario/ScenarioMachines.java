package org.dmalab.lab.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Parameter;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.Values;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;
import org.dmalab.lab.catalog.Catalog;

/** Makes the machines of scenarios, and says where in the scenario stands what a machine can't be made from. */
public final class ScenarioMachines {
    private static final Parameter DEVICE = Parameter.required("device", Parameter.Type.DEVICE, "a device");

    private ScenarioMachines() { }

    /**
     * Makes the machine of a scenario.
     *
     * @param scenario what it is for
     * @param spec the scenario's, or with another preset or profile
     * @param services how its kernel code reaches the variant
     * @throws InputException that names the place in the scenario and, where a file is wrong, that file
     */
    public static Machine create(Architecture architecture, Scenario scenario, MachineSpec spec, Services services) {
        Machine machine;
        try {
            machine = architecture.create(spec, services);
        } catch (IllegalArgumentException e) {
            throw wrong(scenario, String.valueOf(e.getMessage()));
        }
        for (int i = 0; i < scenario.concurrent().size(); i++) {
            Scenario.Strand strand = scenario.concurrent().get(i);
            if (!strand.device() && strand.processor() >= machine.processors().count()) {
                throw scenario.wrong("concurrent[" + i + "]", "strand " + strand.name() + " runs on processor "
                        + strand.processor() + ", the machine has " + machine.processors().count());
            }
        }
        return machine;
    }

    /** An architecture's message begins with the name of the parameter or file that is wrong. */
    private static InputException wrong(Scenario scenario, String message) {
        int colon = message.indexOf(": ");
        String name = message.substring(0, Math.max(0, colon));
        if (scenario.origin().places().containsKey("machine." + name)) {
            return scenario.wrong("machine." + name, message.substring(colon + 2));
        }
        if (scenario.files().containsKey(name)) {
            return scenario.wrong("machine.files." + name, "file "
                    + scenario.origin().paths().getOrDefault(name, name) + message.substring(colon));
        }
        if (scenario.parameters().containsKey(name)) {
            return scenario.wrong("machine.set." + name, message.substring(colon + 2));
        }
        return scenario.wrong("machine", message);
    }

    /**
     * The families of hardware steps that a scenario lets happen.
     *
     * @throws InputException if the machine has none of that name
     */
    public static List<Spontaneous> families(Architecture architecture, Scenario scenario, Machine machine) {
        List<Spontaneous> known = architecture.spontaneous(machine);
        List<String> names = known.stream().map(Spontaneous::family).toList();
        for (int i = 0; i < scenario.hardware().size(); i++) {
            if (!names.contains(scenario.hardware().get(i))) {
                throw scenario.wrong("hardware[" + i + "]", Names.unknown("family of hardware steps",
                        scenario.hardware().get(i), names));
            }
        }
        return known.stream().filter(one -> scenario.hardware().contains(one.family())).toList();
    }

    /**
     * Checks what can be checked without running: that the machine can be made, has those families of hardware steps,
     * and has the devices that the steps name.
     *
     * @throws InputException that says what is wrong and where
     */
    public static void check(Catalog catalog, Scenario scenario) {
        Architecture architecture = catalog.architecture(scenario.arch());
        MachineSpec spec = MachineSpecs.resolve(architecture, scenario.preset(),
                scenario.profile().isEmpty() ? null : scenario.profile(), null, scenario.parameters(),
                scenario.files());
        // No service is called before the first step.
        Machine machine = create(architecture, scenario, spec, Services.fixed(new Binding(null, null, null, null)));
        families(architecture, scenario, machine);
        List<String> devices = architecture.devices(spec);
        List<Scenario.Step> steps = new ArrayList<>(scenario.steps());
        scenario.concurrent().forEach(strand -> steps.addAll(strand.steps()));
        steps.addAll(scenario.after());
        // A quirk can give a device a second name.
        List<Long> known = Stream.concat(devices.stream(), steps.stream().map(step -> step.values().get("alias")))
                .filter(Objects::nonNull).map(name -> Values.parse(DEVICE, name)).toList();
        for (Scenario.Step step : devices.isEmpty() ? List.<Scenario.Step>of() : steps) {
            String name = step.values().get(DEVICE.name());
            if (name != null && namesDevice(catalog, scenario, step) && !known.contains(Values.parse(DEVICE, name))) {
                throw new InputException(scenario.file(), step.line(), step.column(), step.action() + ".device",
                        Names.unknown("device of the machine", name, devices));
            }
        }
    }

    private static boolean namesDevice(Catalog catalog, Scenario scenario, Scenario.Step step) {
        return catalog.actions(scenario.arch()).stream().filter(action -> action.name().equals(step.action()))
                .map(Action::parameters).flatMap(List::stream)
                .anyMatch(one -> one.name().equals(DEVICE.name()) && one.type() == Parameter.Type.DEVICE);
    }
}
