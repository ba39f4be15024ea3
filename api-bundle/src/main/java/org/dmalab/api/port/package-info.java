/**
 * The interfaces between kernel code and hardware. An architecture's {@code hardware} package implements them over the
 * store; another back end over an emulator.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.api.port;
