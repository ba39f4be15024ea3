package org.dmalab.c.runtime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;

/** The functions of the kernel that the project's headers leave to the run time: printing, and what ends a kernel. */
final class LabCalls {
    private static final int MAX_TEXT = 512;
    private static final String LENGTHS = "hlLzjt";
    private static final String FLAGS = "-+ #0123456789.";

    private LabCalls() { }

    /** One of them. */
    interface LabCall {
        long call(LabMemory memory, long[] arguments, boolean wide);
    }

    /**
     * Finds one by its name in the headers.
     *
     * @throws IllegalArgumentException if there is none
     */
    static LabCall find(String name) {
        return switch (name) {
            case "printk" -> LabCalls::printk;
            case "bug" -> (memory, arguments, wide) -> {
                memory.cpu().bug(Text.id("kernel BUG at " + place(memory, arguments) + "!"));
                return 0;
            };
            case "warn" -> (memory, arguments, wide) -> {
                memory.cpu().warn(Text.id("WARNING: at " + place(memory, arguments)));
                return 0;
            };
            case "text" -> (memory, arguments, wide) -> Text.id(string(memory, (int) arguments[0]));
            case "cmpxchg" -> (memory, arguments, wide) -> memory.compareExchange(arguments[0], (int) arguments[1],
                    arguments[2], arguments[3]);
            case "level" -> (memory, arguments, wide) -> memory.cpu().level().ordinal();
            default -> throw new IllegalArgumentException("its headers name the function " + name
                    + " of the run time, which there is not");
        };
    }

    private static String place(LabMemory memory, long[] arguments) {
        return string(memory, (int) arguments[0]).replaceFirst("^\\./", "") + ":" + arguments[1];
    }

    /** {@code printk(format, ...)}: the arguments lie on the C stack, each aligned to its own size. */
    private static long printk(LabMemory memory, long[] arguments, boolean wide) {
        String format = string(memory, (int) arguments[0]);
        Format parsed = Format.of(format, wide);
        int at = (int) arguments[1];
        long[] values = new long[parsed.conversions().size()];
        for (int i = 0; i < values.length; i++) {
            Conversion conversion = parsed.conversions().get(i);
            at = at + conversion.bytes() - 1 & -conversion.bytes();
            long value = conversion.bytes() == Long.BYTES ? memory.readLong(at) : memory.readInt(at);
            at += conversion.bytes();
            boolean whole = conversion.signed() || conversion.bytes() == Long.BYTES;
            long number = whole ? value : value & 0xffffffffL;
            values[i] = conversion.kind() == 's' ? Text.id(string(memory, (int) value)) : number;
        }
        Cpu cpu = memory.cpu();
        cpu.printk(Text.id(parsed.text()), values);
        return 0;
    }

    /** A string of C, at most {@link #MAX_TEXT} bytes of it; of those in shared memory each byte is a load. */
    static String string(LabMemory memory, int address) {
        byte[] bytes = new byte[MAX_TEXT];
        int length = 0;
        for (byte next = memory.read(address); next != 0 && length < MAX_TEXT; next = memory.read(address + length)) {
            bytes[length++] = next;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private record Conversion(char kind, int bytes) {
        boolean signed() {
            return kind == 'd' || kind == 'i';
        }
    }

    /** A format of the kernel in the form that the lab's log has, and what it takes. */
    private record Format(String text, List<Conversion> conversions) {
        static Format of(String format, boolean wide) {
            StringBuilder text = new StringBuilder();
            List<Conversion> conversions = new ArrayList<>();
            int start = format.startsWith("\u0001") ? 2 : 0;
            for (int i = start; i < format.length(); i++) {
                char c = format.charAt(i);
                if (c != '%' || i + 1 == format.length()) {
                    text.append(c == '\n' && i + 1 == format.length() ? "" : String.valueOf(c));
                    continue;
                }
                int at = i + 1;
                StringBuilder flags = new StringBuilder();
                StringBuilder lengths = new StringBuilder();
                for (; at < format.length() && FLAGS.indexOf(format.charAt(at)) >= 0; at++) {
                    flags.append(format.charAt(at));
                }
                for (; at < format.length() && LENGTHS.indexOf(format.charAt(at)) >= 0; at++) {
                    lengths.append(format.charAt(at));
                }
                char kind = at < format.length() ? format.charAt(at) : '%';
                if (kind == '%') {
                    text.append("%%");
                } else {
                    int word = wide ? Long.BYTES : Integer.BYTES;
                    boolean pointer = kind == 'p' || kind == 's';
                    boolean asWord = pointer || (lengths.length() > 0 && "lzjt".indexOf(lengths.charAt(0)) >= 0);
                    int plain = asWord ? word : Integer.BYTES;
                    int bytes = lengths.toString().equals("ll") ? Long.BYTES : plain;
                    conversions.add(new Conversion(kind, bytes));
                    text.append('%').append(kind == 's' ? "" : flags.toString().replaceAll("[-+ .]", ""))
                            .append(switch (kind) {
                                case 'p', 'X' -> 'x';
                                case 'i' -> 'd';
                                default -> kind;
                            });
                    while (kind == 'p' && at + 1 < format.length() && Character.isLetter(format.charAt(at + 1))) {
                        at++;
                    }
                }
                i = at;
            }
            return new Format(text.toString(), conversions);
        }
    }
}
