/**
 * The contracts of the laboratory: machines, architectures, actions, oracles.
 *
 * <p>Code is stateless, the machine's {@link org.dmalab.api.store.Store} owns all state, and every effect of a patch
 * goes through the {@link org.dmalab.api.cpu.Cpu}.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.1.0")
package org.dmalab.api;
