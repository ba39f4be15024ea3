package org.dmalab.api;

import java.util.Map;

/**
 * The equipment of a machine, or (as a profile) how hardware behaves where that differs: a name for a set of values.
 *
 * @param name as typed
 * @param summary one line
 * @param source how it is known
 * @param values parameters by name with unit
 * @param files files shipped with the bundle that parameters need, by parameter: resource paths for the architecture
 */
public record Preset(String name, String summary, String source, Map<String, Long> values,
        Map<String, String> files) {
    /** A preset without files. */
    public Preset(String name, String summary, String source, Map<String, Long> values) {
        this(name, summary, source, values, Map.of());
    }
}
