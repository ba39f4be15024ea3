/**
 * The execution context of kernel code.
 *
 * <p>Can: run kernel code on a machine, one call at a time, with interrupts nested wherever a hook lets them in. Can't:
 * reorder calls; there is sequential consistency between them, and write buffers and caches are the machine's.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.1.0")
package org.dmalab.api.cpu;
