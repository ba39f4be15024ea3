package org.dmalab.vtd.tool;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.dmalab.api.Tool;

/**
 * The bytes of a DMAR table from what people have of it: the binary table, the text of {@code acpidump} (of which the
 * DMAR part is taken), {@code iasl -d}'s output (its raw data, or its fields if that is missing), and hex dumps of
 * {@code xxd}, with -p and -i too, {@code hexdump}, with -C and without, and {@code od -t x1} with offsets of either
 * radix; quoted in a mail or not.
 */
public final class DmarInput {
    private static final String SIGNATURE = "DMAR";
    private static final Pattern ACPIDUMP = Pattern.compile("^([A-Z0-9_!]{4}) @ (?:0x)?[0-9A-Fa-f]+\\s*$");
    private static final Pattern ROW = Pattern.compile("^\\s*([0-9A-Fa-f]{4,8}):?\\s+((?:[0-9A-Fa-f]{2,8} {1,2})*"
            + "[0-9A-Fa-f]{2,8})(?:\\s.*)?$");
    private static final Pattern FIELD = Pattern.compile("^\\[([0-9A-Fa-f]+)h\\s+(?:[0-9]+|[0-9A-Fa-f]+h)\\s+"
            + "([0-9]+|[0-9A-Fa-f]+h)\\s*\\]\\s*([^:]+?) : (.*)$");
    private static final Pattern QUOTED = Pattern.compile("^(?:>[ >]{0,8})");
    private static final Pattern PLAIN = Pattern.compile("(?i)444d4152(?:[0-9a-f]{2})*");
    private static final Pattern IN_SOURCE = Pattern.compile("\\b0x([0-9A-Fa-f]{2})\\b");
    private static final Pattern OCTAL_DIGITS = Pattern.compile("[0-7]+");
    private static final String SWAPPED = "MDRA";
    private static final int HEXADECIMAL = 16;
    private static final int OCTAL = 8;
    private static final String RAW = "Raw Table Data";
    private static final int USUAL_ROW_BYTES = 16;
    private static final int LENGTH = 4;
    private static final int LENGTH_BYTES = 4;

    private DmarInput() { }

    /**
     * The table that a document holds.
     *
     * @throws Tool.BadInput if it is text without a DMAR table
     */
    public static byte[] table(byte[] document) {
        String head = new String(document, 0, Math.min(document.length, SIGNATURE.length() + 2),
                StandardCharsets.ISO_8859_1);
        if ((head.startsWith(SIGNATURE) && !head.startsWith(SIGNATURE + " @")) || binary(document)) {
            return document;
        }
        List<String> lines = new String(document, StandardCharsets.ISO_8859_1).lines()
                .map(line -> QUOTED.matcher(line).replaceFirst("")).toList();
        byte[] table = fromText(lines);
        if (table.length == 0) {
            throw new Tool.BadInput("is text without a DMAR table, expected the binary table, acpidump's text, iasl"
                    + " -d's output or a hex dump; copy /sys/firmware/acpi/tables/" + SIGNATURE + " as it is");
        }
        return table;
    }

    private static boolean binary(byte[] document) {
        for (byte b : document) {
            if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f') {
                return true;
            }
        }
        return document.length == 0;
    }

    private static byte[] fromText(List<String> lines) {
        int raw = first(lines, 0, line -> line.startsWith(RAW));
        if (raw >= 0) {
            return rows(lines.subList(raw + 1, lines.size()));
        }
        int dump = first(lines, 0, line -> {
            Matcher table = ACPIDUMP.matcher(line);
            return table.matches() && table.group(1).equals(SIGNATURE);
        });
        if (dump >= 0) {
            int next = first(lines, dump + 1, line -> ACPIDUMP.matcher(line).matches());
            return rows(lines.subList(dump + 1, next < 0 ? lines.size() : next));
        }
        if (lines.stream().anyMatch(line -> FIELD.matcher(line).matches())) {
            return fields(lines);
        }
        String digits = digits(lines);
        return digits.isEmpty() ? rows(lines) : row(digits);
    }

    /** The digits of a dump without offsets: lines of them only, or C source with 0x44, 0x4d; empty if it is none. */
    private static String digits(List<String> lines) {
        String plain = lines.stream().map(String::strip).filter(line -> !line.isEmpty())
                .collect(Collectors.joining());
        if (PLAIN.matcher(plain).matches()) {
            return plain;
        }
        String bytes = IN_SOURCE.matcher(plain).results().map(found -> found.group(1)).collect(Collectors.joining());
        return PLAIN.matcher(bytes).matches() ? bytes : "";
    }

    private static int first(List<String> lines, int from, Predicate<String> wanted) {
        for (int i = from; i < lines.size(); i++) {
            if (wanted.test(lines.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Rows of an offset and bytes. A row has the bytes up to the offset of the next one, the last at most as many as
     * the one before, and no more than the table says it has; what else looks like bytes is the text beside them.
     */
    private static byte[] rows(List<String> lines) {
        byte[] table = rows(lines, HEXADECIMAL);
        if (table.length == USUAL_ROW_BYTES) { // the second offset is no hexadecimal 10
            table = rows(lines, OCTAL);
        }
        if (table.length % 2 == 0 && new String(table, StandardCharsets.ISO_8859_1).startsWith(SWAPPED)) {
            for (int i = 0; i < table.length; i += 2) { // words of 16 bits, least significant byte last
                byte low = table[i];
                table[i] = table[i + 1];
                table[i + 1] = low;
            }
        }
        return table;
    }

    private static byte[] rows(List<String> lines, int radix) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] last = new byte[0];
        int width = USUAL_ROW_BYTES;
        for (String line : lines) {
            Matcher row = ROW.matcher(line);
            if (!row.matches()) {
                continue;
            }
            if (radix == OCTAL && !OCTAL_DIGITS.matcher(row.group(1)).matches()) {
                continue;
            }
            long offset = Long.parseLong(row.group(1), radix);
            if (last.length > 0 && offset > out.size() && offset <= out.size() + last.length) {
                width = (int) offset - out.size();
                out.write(last, 0, width);
                last = new byte[0];
            }
            if (last.length == 0 && offset == out.size()) {
                last = row(row.group(2));
            }
        }
        long left = stated(out.toByteArray()) - out.size();
        int most = left > 0 && left < width ? (int) left : width;
        out.write(last, 0, Math.min(last.length, most));
        return out.toByteArray();
    }

    /** The length that a table's header says; 0 if that has not been read yet. */
    private static long stated(byte[] table) {
        long length = 0;
        for (int i = LENGTH + LENGTH_BYTES - 1; i >= LENGTH && table.length >= LENGTH + LENGTH_BYTES; i--) {
            length = (length << Byte.SIZE) | (table[i] & 0xff);
        }
        return length;
    }

    private static byte[] row(String digits) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String group : digits.strip().split(" +")) {
            for (int i = 0; i + 1 < group.length(); i += 2) {
                out.write(Integer.parseInt(group.substring(i, i + 2), 16));
            }
        }
        return out.toByteArray();
    }

    /** The fields of a disassembly, each with offset and length; numbers are little endian. */
    private static byte[] fields(List<String> lines) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String line : lines) {
            Matcher field = FIELD.matcher(line);
            if (field.matches() && Long.parseLong(field.group(1), 16) == out.size()) {
                int bytes = number(field.group(2));
                out.writeBytes(field(field.group(4).strip(), bytes));
            }
        }
        return out.toByteArray();
    }

    private static int number(String text) {
        return text.endsWith("h") ? Integer.parseInt(text.substring(0, text.length() - 1), 16) : Integer.parseInt(text);
    }

    private static byte[] field(String value, int length) {
        byte[] bytes = new byte[Math.min(length, 0xffff)];
        if (value.startsWith("\"")) {
            String text = value.substring(1, Math.max(1, value.indexOf('"', 1)));
            byte[] characters = text.getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(characters, 0, bytes, 0, Math.min(characters.length, bytes.length));
            return bytes;
        }
        String digits = value.split(" \\[")[0].strip();
        boolean list = digits.indexOf(' ') >= 0 || digits.indexOf(',') >= 0;
        String hex = digits.replaceAll("[^0-9A-Fa-f]", "");
        for (int i = 0; i < bytes.length && 2 * i + 1 < hex.length(); i++) {
            int at = list ? 2 * i : hex.length() - 2 * i - 2;
            bytes[i] = (byte) Integer.parseInt(hex.substring(at, at + 2), 16);
        }
        return bytes;
    }
}
