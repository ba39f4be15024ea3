/**
 * What must hold on a PC with a remapping unit beside the oracles that all architectures have.
 *
 * <p>Can: look at tables, caches and events. Can't: ask the patch, or remember anything outside the store.
 */
package org.dmalab.vtd.oracle;
