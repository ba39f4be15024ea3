package org.dmalab.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses the values of parameters as people type them. */
final class ValueParser {
    private static final Pattern DEVICE = Pattern.compile(
            "(?:([0-9a-fA-F]{1,4}):)?([0-9a-fA-F]{1,2}):([0-9a-fA-F]{1,2})\\.([0-7])");
    private static final Pattern SIZE = Pattern.compile("(0x[0-9a-fA-F][0-9a-fA-F_]*|[0-9][0-9_]*)([KMGT]?)(?:iB|B)?");
    private static final String UNITS = "KMGT";

    private ValueParser() { }

    static long parse(Parameter parameter, String text) {
        return switch (parameter.type()) {
            case NUMBER, SIZE, ADDRESS -> number(parameter, text);
            case DEVICE -> device(parameter, text);
            case CHOICE -> choice(parameter, text);
            case FLAG -> flag(parameter, text);
            case FILE, FILE_OR_LINE -> throw new IllegalArgumentException(parameter.name()
                    + ": takes a file, which only a tool's parameter can");
        };
    }

    private static long number(Parameter parameter, String text) {
        Matcher matcher = SIZE.matcher(text.trim());
        if (!matcher.matches()) {
            throw expected(parameter, text, "a number such as 4096, 0x1000" + (parameter.type() == Parameter.Type.NUMBER
                    ? "" : " or 4K, 1G"));
        }
        String digits = matcher.group(1).replace("_", "");
        try {
            long value = digits.startsWith("0x") ? Long.parseUnsignedLong(digits.substring(2), 16)
                    : Long.parseLong(digits);
            int shift = matcher.group(2).isEmpty() ? 0 : 10 * (UNITS.indexOf(matcher.group(2)) + 1);
            if (shift > 0 && (value < 0 || value > Long.MAX_VALUE >>> shift)) {
                throw expected(parameter, text, "a value of at most 64 bits");
            }
            return value << shift;
        } catch (NumberFormatException e) {
            throw expected(parameter, text, "a value of at most 64 bits");
        }
    }

    private static long device(Parameter parameter, String text) {
        Matcher matcher = DEVICE.matcher(text.trim());
        if (!matcher.matches()) {
            throw expected(parameter, text, "bus:device.function in hexadecimal, such as 02:00.0");
        }
        int segment = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1), 16);
        if (segment > 0xf) {
            throw expected(parameter, text, "a segment of at most 000f");
        }
        int device = Integer.parseInt(matcher.group(3), 16);
        if (device > 0x1f) {
            throw expected(parameter, text, "a device number of at most 1f");
        }
        return (long) segment << 16 | Integer.parseInt(matcher.group(2), 16) << 8 | device << 3
                | Integer.parseInt(matcher.group(4));
    }

    private static long choice(Parameter parameter, String text) {
        int index = parameter.choices().indexOf(text.trim());
        if (index < 0) {
            throw expected(parameter, text, "one of " + String.join(", ", parameter.choices()));
        }
        return index;
    }

    private static long flag(Parameter parameter, String text) {
        return switch (text.trim()) {
            case "true" -> 1;
            case "false" -> 0;
            default -> throw expected(parameter, text, "true or false");
        };
    }

    private static IllegalArgumentException expected(Parameter parameter, String text, String what) {
        return new IllegalArgumentException(parameter.name() + ": \"" + text + "\", expected " + what);
    }
}
