package org.dmalab.rules.sample.hardware;

/** Keeps a parser, which can change. */
final class HeldParser {
    private final Parser parser = new Parser();

    int next() {
        return parser.next();
    }
}
