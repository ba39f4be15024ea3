/**
 * Versions with one mistake each, for seeing that scenarios and oracles notice. Can: fail. Can't: be recommended.
 *
 * <p>A mutant has the whole of its original with that mistake, not a switch in shared code: a diff of the two shows it,
 * as a diff of kernel versions does.
 */
package org.dmalab.pseries.patch.mutant;
