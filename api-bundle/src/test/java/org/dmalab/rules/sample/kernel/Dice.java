package org.dmalab.rules.sample.kernel;

import java.util.Random;

/** Throws dice. */
final class Dice {
    private Dice() { }

    static double number() {
        return Math.random();
    }

    static int other() {
        return new Random(1).nextInt();
    }
}
