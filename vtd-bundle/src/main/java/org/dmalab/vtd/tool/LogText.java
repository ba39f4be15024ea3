package org.dmalab.vtd.tool;

import java.nio.charset.StandardCharsets;

import org.dmalab.api.Tool;

/** Takes bytes for the text of a kernel log, or says why they are none. */
final class LogText {
    private static final int MOST_ODD = 10;

    private LogText() { }

    /** A few odd bytes are in many serial logs; a NUL or many of them are not text. */
    static String decode(byte[] bytes) {
        if (bytes.length == 0) {
            throw new Tool.BadInput("is empty, expected a kernel log as text");
        }
        if (bytes.length > 1 && (bytes[0] & 0xff) == 0x1f && (bytes[1] & 0xff) == 0x8b) {
            throw new Tool.BadInput("is compressed by gzip, expected text; unpack it first");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        int odd = 0;
        for (int i = 0; i < text.length(); i++) {
            odd += isOdd(text.charAt(i)) ? 1 : 0;
        }
        int zero = indexOfZero(bytes);
        if (zero >= 0) {
            throw new Tool.BadInput(String.format("offset 0x%x: a byte of 0, expected a kernel log as text;"
                    + " if it is a console log, take the zeros out with tr -d '\\000'", zero));
        }
        if (odd * MOST_ODD > text.length()) {
            throw new Tool.BadInput(odd + " of " + text.length() + " characters are not text, expected a kernel log");
        }
        return text;
    }

    private static int indexOfZero(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    /** Not UTF-8, or a control character that is neither white space nor begins an escape sequence of a terminal. */
    private static boolean isOdd(char c) {
        return c == '\uFFFD' || Character.isISOControl(c) && !Character.isWhitespace(c) && c != 0x1b && c != '\b';
    }
}
