/** Variants that are wrong on purpose: each leaves out one step that the facts say is needed, and must be found out. */
package org.dmalab.mips.patch.mutant;
