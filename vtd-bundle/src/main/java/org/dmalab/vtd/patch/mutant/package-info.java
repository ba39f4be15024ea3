/** Versions with one planted mistake each, for which some scenario must fail. */
package org.dmalab.vtd.patch.mutant;
