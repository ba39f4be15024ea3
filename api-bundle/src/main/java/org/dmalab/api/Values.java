package org.dmalab.api;

import java.util.Map;
import java.util.TreeMap;

/**
 * The values of an action's parameters, parsed by type: numbers as they are, a flag as 0 or 1, a choice as its index, a
 * device as its source-id.
 *
 * @param numbers by parameter name
 */
public record Values(Map<String, Long> numbers) {
    /** Copies the map, in the order of names. */
    public Values {
        numbers = new TreeMap<>(numbers);
    }

    /** The value of a parameter of the action. */
    public long get(String name) {
        Long value = numbers.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the action has no parameter " + name);
        }
        return value;
    }

    /** The value of a flag. */
    public boolean flag(String name) {
        return get(name) != 0;
    }

    /**
     * Parses one value.
     *
     * @param parameter what it is for
     * @param text as typed
     * @return the number
     * @throws IllegalArgumentException that says what was expected
     */
    public static long parse(Parameter parameter, String text) {
        return ValueParser.parse(parameter, text);
    }
}
