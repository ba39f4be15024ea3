package org.dmalab.api.cpu;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Interned strings: what crosses {@link Cpu} is a number. The number is a hash of the text, so it is the same in every
 * run and does not depend on the order of interning.
 */
public final class Text {
    private static final Map<Long, String> INTERNED = new ConcurrentHashMap<>();
    /** What is wrong with formats that were printed; empty if nothing is. */
    private static final Map<Long, String> FORMATS = new ConcurrentHashMap<>();

    private Text() { }

    /**
     * Interns a text; meant for {@code static final long} constants.
     *
     * @param text a printk format with {@code %d %u %x %llx %s} and widths, or any other text
     * @return its id, never 0
     * @throws IllegalStateException if another text has the same id
     */
    public static long id(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = hash == 0 ? 1 : hash;
        String other = INTERNED.putIfAbsent(hash, text);
        if (other != null && !other.equals(text)) {
            throw new IllegalStateException("two texts with one id: \"" + other + "\" and \"" + text + "\"");
        }
        return hash;
    }

    /** The text of an id, or a placeholder that shows the number. */
    public static String of(long id) {
        String text = INTERNED.get(id);
        return text == null ? "text 0x" + Long.toHexString(id) : text;
    }

    /**
     * What is wrong with a format, in words; null if nothing is.
     *
     * @param formatId id of the format
     */
    public static String brokenFormat(long formatId) {
        String format = INTERNED.get(formatId);
        if (format == null) {
            return null; // printed as a number, and nothing is kept of it
        }
        String broken = FORMATS.computeIfAbsent(formatId, any -> brokenFormat(format));
        return broken.isEmpty() ? null : broken;
    }

    private static String brokenFormat(String format) {
        for (int i = format.indexOf('%'); i >= 0; i = format.indexOf('%', i + 1)) {
            int end = flagsEnd(format, i + 1);
            String conversion = format.substring(i, Math.min(format.length(), end + 1));
            if (end == format.length() || "duxs%i".indexOf(format.charAt(end)) < 0) {
                return "\"" + conversion + "\" is no conversion, expected %d %u %x %s or %%, l and a width before it";
            }
            if (!conversion.matches("%#?-?[0-9]{0,3}l{0,2}[a-z%]")) {
                return "\"" + conversion + "\": expected # or -, then a width of up to three digits, then l or ll";
            }
            i = end;
        }
        return "";
    }

    private static int flagsEnd(String format, int start) {
        int end = start;
        while (end < format.length() && "0123456789#l-".indexOf(format.charAt(end)) >= 0) {
            end++;
        }
        return end;
    }

    /**
     * Renders a printk format. One that is broken is rendered as far as that goes.
     *
     * @param formatId id of the format
     * @param arguments its values; one for {@code %s} is a text id
     * @return the line
     */
    public static String format(long formatId, long... arguments) {
        String format = of(formatId);
        StringBuilder line = new StringBuilder();
        int next = 0;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                line.append(c);
                continue;
            }
            int end = flagsEnd(format, i + 1);
            char conversion = end < format.length() ? format.charAt(end) : '%';
            if (conversion == '%') {
                line.append('%');
            } else {
                String flags = format.substring(i + 1, end).replace("l", "");
                line.append(convert(flags, conversion, next < arguments.length ? arguments[next] : 0));
                next++;
            }
            i = end;
        }
        return line.toString();
    }

    private static String convert(String flags, char conversion, long value) {
        boolean alternate = flags.startsWith("#");
        String width = alternate ? flags.substring(1) : flags;
        String text = switch (conversion) {
            case 'x' -> (alternate ? "0x" : "") + Long.toHexString(value);
            case 's' -> of(value);
            case 'u' -> Long.toUnsignedString(value);
            default -> Long.toString(value);
        };
        boolean zeros = width.startsWith("0");
        int columns = width.matches("[0-9]{1,3}") ? Integer.parseInt(width) : 0;
        return (zeros ? "0" : " ").repeat(Math.max(0, columns - text.length())) + text;
    }
}
