package org.dmalab.vtd.tool;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import org.dmalab.api.Tool;

/** Takes bytes for the text of a kernel log, or says why they are none. */
final class LogText {
    private static final int MOST_ODD = 10;

    private LogText() { }

    /** A few odd bytes are in many serial logs; a NUL or many of them are not text. */
    static String decode(byte[] bytes) {
        if (bytes.length == 0) {
            throw new Tool.BadInput("is empty, expected a kernel log as text; save one with dmesg");
        }
        packed(bytes);
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
            throw new Tool.BadInput(odd + " of " + text.length() + " characters are not text, expected a kernel log;"
                    + " save one with dmesg");
        }
        return text;
    }

    /** Refuses text that first has to be unpacked or converted, by the first bytes of its file. */
    /** What made a file that begins with these hexadecimal digits; null if it is no packer. */
    private static String packer(String head) {
        return switch (head) {
            case "fd377a58" -> "xz, expected text; unpack it with unxz";
            case "28b52ffd" -> "zstd, expected text; unpack it with unzstd";
            default -> {
                if (head.startsWith("1f8b")) {
                    yield "gzip, expected text; unpack it with gunzip";
                }
                yield head.startsWith("425a68") ? "bzip2, expected text; unpack it with bunzip2" : null;
            }
        };
    }

    private static void packed(byte[] bytes) {
        String head = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 4));
        String packer = packer(head);
        if (packer != null) {
            throw new Tool.BadInput("is compressed by " + packer);
        }
        if (head.startsWith("fffe") || head.startsWith("feff")) {
            throw new Tool.BadInput("is text in UTF-16, expected UTF-8; convert it with iconv -f UTF-16 -t UTF-8");
        }
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
        return c == '\uFFFD' || (Character.isISOControl(c) && !Character.isWhitespace(c) && c != 0x1b && c != '\b');
    }
}
