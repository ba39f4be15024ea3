/**
 * Linux's VT-d code around the patch, re-implemented from what it does: reading the DMAR table, bring-up, taking over
 * the tables of a crashed kernel, domains and domain-ids, bus addresses, second-level tables, flushes by register and
 * by queue, the fault interrupt, the DMA API, and the hpsa driver's probe.
 *
 * <p>Can: 4.9 to 2026 as far as DMA without PASID goes: legacy mode, and scalable mode with second-level translation
 * and pass-through; strict and deferred unmapping, superpages, devices with address translation services, and the
 * identity domain with memory that is added. Can't: first-level translation, which kernels prefer where a unit has it;
 * more than one PASID; page requests; the identity map for ISA bridges.
 *
 * <p>All state is in machine memory and in {@link org.dmalab.vtd.kernel.KernelLayout}.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.2.0")
package org.dmalab.vtd.kernel;
