/**
 * Versions with one mistake each, for seeing that scenarios and oracles notice. Can: fail. Can't: be recommended.
 *
 * <p>A mutant extends the version that it is made from and overrides the function with the mistake.
 */
package org.dmalab.pseries.patch.mutant;
