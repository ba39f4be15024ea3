package org.dmalab.api;

/**
 * What carries out a machine's hardware, and what can be done with the machine because of it. Exploring, stepping back
 * and comparing with a mark need all of the state in the store; an emulator's is not.
 *
 * @param name as typed, such as {@code embedded}
 * @param marks whether a moment can be remembered and compared with
 * @param rollsBack whether the machine can go back to it
 * @param forks whether an independent copy can be made
 */
public record Backend(String name, boolean marks, boolean rollsBack, boolean forks) {
    /** The models of the architecture bundle, over the store. */
    public static final Backend EMBEDDED = new Backend("embedded", true, true, true);
}
