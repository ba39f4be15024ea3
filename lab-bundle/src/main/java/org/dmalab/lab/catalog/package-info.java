/**
 * What there is to work with: architectures, actions, oracles and variants, as OSGi services or as plain objects.
 *
 * <p>Can: find them, describe variants by their service properties, lend the service objects of one variant for one
 * run. Can't: keep a service object; what was lent is given back when the lease is closed.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.lab.catalog;
