/**
 * The laboratory: scenarios, oracles, runs, comparison, reports and live machines, over whatever architectures and
 * variants are registered.
 *
 * <p>Can: run any scenario with any variant, say what was violated and where, and print it the same way twice. Can't:
 * name an architecture or a variant; it sees services only and keeps nothing of theirs after a run.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.lab;
