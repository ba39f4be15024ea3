/**
 * The versions of {@code domain_context_mapping_one} and of what belongs to it, one class each: what a version has
 * otherwise than the newest mainline kernel, {@link org.dmalab.vtd.kernel.VtdKernel}, or than the version it extends.
 *
 * <p>Can: context entries of legacy mode, and of scalable mode as the first version of the span of releases has it:
 * {@code no-flush} and {@code flush-new-did} are older than that mode and take part with their order of steps.
 *
 * <p>Their dates are those of the release that brought them, or of the posting; where only the month or the year is
 * known, its first day.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.dmalab.vtd.patch;
