/**
 * The oracles common to all architectures, built on the events of the api and on nothing else (design.md section 5).
 *
 * <p>Can: compare what devices and processors read with an ideal memory, follow which buffers the kernel gave to a
 * device, notice refused commands, blocked locks and misuse of kernel objects. Can't: judge memory that nobody has
 * written yet, or a DMA to a buffer that the kernel code did not announce.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.lab.oracle;
