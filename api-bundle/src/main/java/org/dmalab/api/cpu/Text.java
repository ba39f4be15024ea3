package org.dmalab.api.cpu;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Interned strings: what crosses {@link Cpu} is a number. The number is a hash of the text, so it is the same in every
 * run and does not depend on the order of interning.
 */
public final class Text {
    private static final Map<Long, String> INTERNED = new ConcurrentHashMap<>();

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
     * Renders a printk format.
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
            int end = i + 1;
            while (end < format.length() && "0123456789#l-".indexOf(format.charAt(end)) >= 0) {
                end++;
            }
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
        int columns = width.isEmpty() ? 0 : Integer.parseInt(width);
        return (zeros ? "0" : " ").repeat(Math.max(0, columns - text.length())) + text;
    }
}
