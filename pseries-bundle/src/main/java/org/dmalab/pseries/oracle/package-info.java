/**
 * What must hold on a partition beside the oracles that all architectures have.
 *
 * <p>Can: look at hardware and kernel data. Can't: ask the patch, or remember anything outside the store.
 */
package org.dmalab.pseries.oracle;
