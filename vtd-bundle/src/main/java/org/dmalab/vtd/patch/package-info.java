/**
 * The versions of {@code domain_context_mapping_one}, one class each; mapping and unmapping are shared kernel code.
 *
 * <p>Can: context entries of legacy mode, and of scalable mode as the first version of the span of releases has it:
 * {@code no-flush} and {@code flush-new-did} are older than that mode and take part with their order of steps.
 */
package org.dmalab.vtd.patch;
