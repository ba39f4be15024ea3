package org.dmalab.rules.sample.hardware;

/** May change, if it lives for one call. */
public final class Parser {
    private int at;

    int next() {
        return at++;
    }
}
