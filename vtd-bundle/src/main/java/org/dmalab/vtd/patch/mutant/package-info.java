/**
 * Versions with one planted mistake each, for which some scenario must fail: a mutant extends the version that it is
 * made from and overrides the function with the mistake.
 */
package org.dmalab.vtd.patch.mutant;
