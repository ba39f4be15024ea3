/**
 * What happens on a machine, as numbers: the calls on its processors, the steps of its hardware, and what kernel code
 * announces. Oracles, metrics and timelines are made from these and from nothing else.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.1.0")
package org.dmalab.api.event;
