package org.dmalab.lab;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A stream in UTF-8 on which all text is {@link VisibleText}; bytes pass as they are. */
public final class VisibleStream extends PrintStream {
    /** Over a stream that is flushed at the end of each line. */
    public VisibleStream(OutputStream out) {
        super(out, true, StandardCharsets.UTF_8);
    }

    @Override
    public void print(String text) {
        super.print(VisibleText.of(String.valueOf(text)));
    }

    @Override
    public void print(char c) {
        print(String.valueOf(c));
    }

    @Override
    public void print(char[] text) {
        print(String.valueOf(text));
    }
}
