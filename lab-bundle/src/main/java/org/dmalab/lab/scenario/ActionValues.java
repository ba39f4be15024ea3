package org.dmalab.lab.scenario;

import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.Action;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;

/** Turns the values of an action as typed into numbers, with defaults for those not given. */
public final class ActionValues {
    private ActionValues() { }

    /**
     * Parses and completes the values of an action.
     *
     * @param action the action
     * @param typed by parameter, as typed
     * @return a value for every parameter
     * @throws InputException that names the parameter and what was expected; its key is the parameter
     */
    public static Values parse(Action action, Map<String, String> typed) {
        for (String name : typed.keySet()) {
            if (action.parameters().stream().noneMatch(parameter -> parameter.name().equals(name))) {
                throw new InputException(null, 0, 0, name, Names.unknown("parameter of " + action.name(), name,
                        action.parameters().stream().map(Parameter::name).toList()));
            }
        }
        Map<String, Long> numbers = new TreeMap<>();
        for (Parameter parameter : action.parameters()) {
            String text = typed.getOrDefault(parameter.name(), parameter.otherwise());
            if (text == null) {
                throw new InputException(null, 0, 0, parameter.name(), action.name() + " needs a value for \""
                        + parameter.name() + "\" (" + parameter.summary() + ")");
            }
            numbers.put(parameter.name(), number(parameter, text));
        }
        return new Values(numbers);
    }

    /** Parses one value. */
    static long number(Parameter parameter, String text) {
        try {
            return Values.parse(parameter, text);
        } catch (IllegalArgumentException e) {
            throw new InputException(null, 0, 0, parameter.name(), e.getMessage().startsWith(parameter.name() + ": ")
                    ? e.getMessage().substring(parameter.name().length() + 2) : e.getMessage());
        }
    }
}
