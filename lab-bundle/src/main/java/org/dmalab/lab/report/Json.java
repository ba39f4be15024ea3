package org.dmalab.lab.report;

import java.util.Map;

/** Writes JSON (RFC 8259), indented by two blanks, keys in the order of the map. */
public final class Json {

    private Json() { }

    /**
     * The text of a value, without a newline at its end.
     *
     * @param value null, a string, number, boolean, Iterable, or a Map with strings as keys
     */
    public static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, "\n");
        return out.toString();
    }

    private static void write(StringBuilder out, Object value, String newline) {
        if (value instanceof Map<?, ?> map) {
            out.append('{');
            String separator = newline + "  ";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                quote(out, entry.getKey().toString());
                out.append(": ");
                write(out, entry.getValue(), newline + "  ");
                separator = "," + newline + "  ";
            }
            out.append(map.isEmpty() ? "}" : newline + "}");
        } else if (value instanceof Iterable<?> items) {
            out.append('[');
            String separator = newline + "  ";
            for (Object item : items) {
                out.append(separator);
                write(out, item, newline + "  ");
                separator = "," + newline + "  ";
            }
            out.append(items.iterator().hasNext() ? newline + "]" : "]");
        } else if ((value instanceof Double d && !Double.isFinite(d))
                || (value instanceof Float f && !Float.isFinite(f))) {
            throw new IllegalArgumentException("JSON has no number " + value);
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof CharSequence || value instanceof Enum<?>) {
            quote(out, value.toString());
        } else {
            throw new IllegalArgumentException("not a JSON value: " + value.getClass().getName());
        }
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || (Character.isSurrogate(c) && !paired(text, i))) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean paired(String text, int i) {
        char c = text.charAt(i);
        return Character.isHighSurrogate(c) ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
            : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
