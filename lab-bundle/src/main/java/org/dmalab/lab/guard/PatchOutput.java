package org.dmalab.lab.guard;

import java.io.PrintStream;

import org.dmalab.lab.VisibleStream;

/** Where code of a variant prints to: standard error, where remarks belong, and no control character gets through. */
public final class PatchOutput {
    private PatchOutput() { }

    /** In place of {@code System.out} and {@code System.err}; woven into the code of variants. */
    public static PrintStream stream() {
        return new VisibleStream(System.err);
    }
}
