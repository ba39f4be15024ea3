/**
 * Versions with one mistake each, for seeing that scenarios and oracles notice. Can: fail. Can't: be recommended.
 */
package org.dmalab.pseries.patch.mutant;
