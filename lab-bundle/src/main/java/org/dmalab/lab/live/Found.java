package org.dmalab.lab.live;

import org.dmalab.lab.oracle.Violation;

/**
 * A violation on a live machine.
 *
 * @param action what was being done, as typed
 * @param violation the violation; its step counts from the start of the machine
 */
public record Found(String action, Violation violation) { }
