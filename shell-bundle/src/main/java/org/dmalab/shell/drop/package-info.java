/**
 * Bundles that users drop into the folder {@code bundles}: {@link org.dmalab.shell.drop.DroppedBundles} says what came
 * of those that are of no use as they are. Installing and starting them is left to Felix FileInstall, which keeps its
 * failures to itself.
 */
package org.dmalab.shell.drop;
