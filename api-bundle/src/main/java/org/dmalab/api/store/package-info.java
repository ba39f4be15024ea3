/**
 * The machine's store: the one place with state.
 *
 * <p>Can: mark, roll back, fingerprint incrementally, copy, save, load and compare any machine, without a line of
 * code in the machine for it. Can't: be used by two threads at once, or hold anything but 64-bit cells.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.1.0")
package org.dmalab.api.store;
