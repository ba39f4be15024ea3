package org.dmalab.lab;

/**
 * Text from outside (scenario files, kernel messages, file names, what a patch throws) as a person may see it: a
 * control character is written as JSON writes it (backslash, u001b), so that no text moves the cursor, colours what
 * follows or hides what stands before. Line feeds and tabs stay.
 */
public final class VisibleText {
    private VisibleText() { }

    /** The text with its control characters written out; the same object if it has none. */
    public static String of(String text) {
        int first = 0;
        while (first < text.length() && !control(text.charAt(first))) {
            first++;
        }
        if (first == text.length()) {
            return text;
        }
        StringBuilder visible = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (control(c)) {
                visible.append("\\u").append(Integer.toHexString(0x10000 | c), 1, 5);
            } else {
                visible.append(c);
            }
        }
        return visible.toString();
    }

    /** C0, DEL and C1, and what changes the direction of text. */
    private static boolean control(char c) {
        boolean c0 = c < ' ' && c != '\n' && c != '\t';
        boolean c1 = c >= 0x7f && c < 0xa0;
        boolean turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
        return c0 || c1 || turns || c == 0x2028 || c == 0x2029;
    }
}
