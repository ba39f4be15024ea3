/**
 * Runs: one scenario with one variant on a throw-away machine, observed by oracles.
 *
 * <p>Can: give a verdict with the evidence, count, notice hidden state of a variant, be interrupted, end a run that
 * grows without bound, and code from outside that loops without a call on its Cpu. Can't: run another back end than the
 * embedded one.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.lab.run;
