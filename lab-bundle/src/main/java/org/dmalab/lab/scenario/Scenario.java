package org.dmalab.lab.scenario;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.cpu.Level;
import org.dmalab.lab.InputException;

/**
 * A scenario: a machine, what happens on it, and who watches. It names no patch.
 *
 * @param name {@code arch/name}, or the file as the user named it if it is none of the library
 * @param file where it was read from, as the user named it
 * @param arch architecture
 * @param title one line
 * @param source where the bug is reported
 * @param about a paragraph
 * @param preset equipment
 * @param profile behaviour
 * @param parameters what the scenario sets over preset and profile
 * @param files contents of the files that parameters name
 * @param steps what happens first
 * @param concurrent what runs concurrently then
 * @param hardware families of what the hardware may do by itself meanwhile; a plain run never does it
 * @param after what happens last
 * @param oracles names of the oracles that watch; empty for all
 * @param origin where things stand in the file
 */
public record Scenario(String name, String file, String arch, String title, String source, String about,
        String preset, String profile, Map<String, Long> parameters, Map<String, byte[]> files, List<Step> steps,
        List<Strand> concurrent, List<String> hardware, List<Step> after, List<String> oracles, Origin origin) {
    /** What a scenario file calls the level of a device. */
    public static final String DEVICE = "device";

    /** Copies the collections. */
    public Scenario {
        parameters = new TreeMap<>(parameters);
        files = new TreeMap<>(files);
        steps = List.copyOf(steps);
        concurrent = List.copyOf(concurrent);
        hardware = List.copyOf(hardware);
        after = List.copyOf(after);
        oracles = List.copyOf(oracles);
    }

    /** One that stands in no file. */
    public Scenario(String name, String file, String arch, String title, String source, String about, String preset,
            String profile, Map<String, Long> parameters, Map<String, byte[]> files, List<Step> steps,
            List<Strand> concurrent, List<String> hardware, List<Step> after, List<String> oracles) {
        this(name, file, arch, title, source, about, preset, profile, parameters, files, steps, concurrent, hardware,
                after, oracles, new Origin(Map.of(), Map.of()));
    }

    /**
     * What messages say of a scenario's file.
     *
     * @param places of what only a machine can judge, by key such as {@code machine.set.l1Sets}
     * @param paths of the files that parameters name, by parameter
     */
    public record Origin(Map<String, Place> places, Map<String, String> paths) {
        /** Copies the maps. */
        public Origin {
            places = new TreeMap<>(places);
            paths = new TreeMap<>(paths);
        }
    }

    /** Line and column, from 1. */
    public record Place(int line, int column) { }

    /** The same under another name. */
    Scenario named(String other) {
        return new Scenario(other, file, arch, title, source, about, preset, profile, parameters, files, steps,
                concurrent, hardware, after, oracles, origin);
    }

    /** Something is wrong with what stands at a key; it is said with the place of the key, where that is known. */
    public InputException wrong(String key, String problem) {
        Place place = origin.places().getOrDefault(key, new Place(0, 0));
        return new InputException(file, place.line(), place.column(), key, problem);
    }

    /**
     * One step: an action with its values as typed.
     *
     * @param action name of the action
     * @param values by parameter, as typed, in the order of the names
     * @param line where it stands in the file, from 1; 0 if it is from none
     * @param column where it stands in the line, from 1
     */
    public record Step(String action, Map<String, String> values, int line, int column) {
        /** Copies the map. */
        public Step {
            values = new TreeMap<>(values);
        }

        /** A step that stands in no file. */
        public Step(String action, Map<String, String> values) {
            this(action, values, 0, 0);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(action);
            values.forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
            return text.toString();
        }
    }

    /**
     * Steps that run concurrently with those of other strands.
     *
     * @param name for reports
     * @param processor the processor it runs on, from 0; of no meaning for a device
     * @param level the level it runs at; of no meaning for a device
     * @param device true if a device does it: each step at once and without a processor
     * @param times how often it runs: an interrupt arrives, a device does its steps, that many times
     * @param migrates true if it may move to another idle processor wherever it can be preempted
     * @param steps its steps, in order
     */
    public record Strand(String name, int processor, Level level, boolean device, int times, boolean migrates,
            List<Step> steps) {
        /** Copies the list. */
        public Strand {
            steps = List.copyOf(steps);
        }

        /** Code that runs once where it is. */
        public Strand(String name, int processor, Level level, List<Step> steps) {
            this(name, processor, level, false, 1, false, steps);
        }

        /** The level in the words of a scenario file. */
        public String levelName() {
            return device ? DEVICE : level.name().toLowerCase(Locale.ROOT);
        }
    }
}
