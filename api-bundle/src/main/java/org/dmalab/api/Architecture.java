package org.dmalab.api;

import java.util.List;
import java.util.Map;

import org.dmalab.api.event.Event;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.osgi.annotation.versioning.ConsumerType;

/** What an architecture bundle offers: equipment, behaviour, machines, and words for what happens on them. */
@ConsumerType
public interface Architecture {
    /** Short name: {@code pseries}, {@code vtd}, {@code mips}. */
    String name();

    /** One line. */
    String title();

    /** Equipment; the first is the usual one. */
    List<Preset> presets();

    /** Behaviour; the first is the usual one. */
    List<Preset> profiles();

    /** Parameters that a scenario may set over preset and profile, by name with unit, with one line each. */
    List<Parameter> parameters();

    /** Names of parameters that are files (a device tree, an ACPI table). */
    List<String> fileParameters();

    /**
     * File parameters that a scenario may also give as a list of maps beside {@code preset} and {@code set}: by name,
     * the keys of a map. The file then has a line for each map, {@code key=value} in the order of the map.
     */
    default Map<String, List<String>> listParameters() {
        return Map.of();
    }

    /** What can carry out its hardware; the first is the usual one. */
    default List<Backend> backends() {
        return List.of(Backend.EMBEDDED);
    }

    /** The services that a machine needs a variant for. */
    List<ServiceKind> services();

    /**
     * The service objects that are not a patch of interest but a setting of the machine (VT-d's invalidation
     * interface): used for a service that the chosen variant does not provide.
     *
     * @param spec the machine's
     * @param kind which service
     * @return the object, or null if the variant must provide it
     */
    default Object builtIn(MachineSpec spec, ServiceKind kind) {
        return null;
    }

    /**
     * Makes a machine, powered on and with its kernel not yet booted.
     *
     * @param spec with all parameters resolved
     * @param services how its kernel code is to reach the variant
     * @return the machine
     * @throws IllegalArgumentException if a parameter or file is wrong; the message begins with its name and a colon
     */
    Machine create(MachineSpec spec, Services services);

    /**
     * The devices of a machine, by bus, device and function as in 02:00.0.
     *
     * @param spec with all parameters resolved
     * @return their names; none if the architecture's devices have no such names
     * @throws IllegalArgumentException as {@link #create} does
     */
    default List<String> devices(MachineSpec spec) {
        return List.of();
    }

    /**
     * What the hardware of a machine may do by itself.
     *
     * @param machine made by {@link #create}
     * @return the families, in the order of help
     */
    default List<Spontaneous> spontaneous(Machine machine) {
        return List.of();
    }

    /** The ways in which calls of its kernel code may fail, besides {@code alloc}, which always may. */
    default List<Failure> failures() {
        return List.of();
    }

    /**
     * Says in kernel terms what an event was: a hypercall with its arguments and return code, a register write.
     *
     * @return the words, or an empty string if it is not worth a line of a timeline
     */
    String describe(Machine machine, Event event);

    /** What is counted over a run. */
    List<Metric> metrics();

    /** Steps that bring a named machine to where traffic makes sense, in the form of scenario steps: booted, probed. */
    List<Step> bootSteps();

    /**
     * One piece of load: a service call that changes the machine's state.
     *
     * @param machine booted by {@link #bootSteps}
     * @param sequence number of the call, from 0
     * @return 0 or more; negative if the kernel failed
     */
    long traffic(Machine machine, long sequence);

    /** How many calls of {@link #traffic} the machine's own state shows to be complete. */
    long trafficSeen(Machine machine);

    /**
     * One step by name with its values as typed.
     *
     * @param action name of an action
     * @param values by parameter
     */
    record Step(String action, Map<String, String> values) { }
}
