/**
 * The four services that alternative versions of a kernel patch provide, and how kernel code reaches them.
 *
 * <p>A variant is one Declarative Services component without a mutable field that provides one or several of the four,
 * with the properties of {@link org.dmalab.api.service.Variant}.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.1.0")
package org.dmalab.api.service;
