/**
 * Kernel state with addresses: variables, structure fields and heap objects, by name in Java and by address in C.
 *
 * <p>Can: lay out structures as C does, allocate deterministically, notice a use after free. Can't: hold memory that
 * hardware reads; that is machine memory behind a port.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.1.0")
package org.dmalab.api.kernel;
