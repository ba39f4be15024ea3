/**
 * The versions of {@code domain_context_mapping_one}, one class each; mapping and unmapping are shared kernel code.
 *
 * <p>Can: legacy-mode context entries. Can't: pass-through domains, scalable mode, device-TLBs.
 */
package org.dmalab.vtd.patch;
