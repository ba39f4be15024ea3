package org.dmalab.api;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a machine is made from: equipment and behaviour by name, the values they stand for, and the files they read.
 *
 * @param arch architecture
 * @param preset equipment
 * @param profile behaviour where hardware differs or is not public
 * @param backend {@code embedded} or another
 * @param parameters all values, of preset, profile and scenario, by name with unit; a scenario's win
 * @param files contents of the files that parameters name, by parameter
 */
public record MachineSpec(String arch, String preset, String profile, String backend, Map<String, Long> parameters,
        Map<String, byte[]> files) {
    /** Copies the maps; parameters are kept in the order of their names. */
    public MachineSpec {
        parameters = new TreeMap<>(parameters);
        files = new TreeMap<>(files);
    }

    /** A value that must be there. */
    public long number(String name) {
        Long value = parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("preset " + preset + " and profile " + profile + " of " + arch
                    + " give no " + name);
        }
        return value;
    }

    /** A value, or another if it is not given. */
    public long number(String name, long otherwise) {
        return parameters.getOrDefault(name, otherwise);
    }

    /** A file's contents, or null. */
    public byte[] file(String name) {
        return files.get(name);
    }
}
