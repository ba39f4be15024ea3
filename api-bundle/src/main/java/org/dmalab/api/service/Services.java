package org.dmalab.api.service;

import org.osgi.annotation.versioning.ProviderType;

/**
 * How kernel code reaches the variant in use. Every call of a service stands between {@link #enter} and
 * {@link #leave}, so that a swap knows when the last call has left the old variant:
 *
 * <pre>
 * Binding variant = cpu.services().enter();
 * try {
 *     return variant.memoryNotifier().notify(cpu, action, startPfn, pageCount);
 * } finally {
 *     cpu.services().leave();
 * }
 * </pre>
 */
@ProviderType
public interface Services {
    /**
     * A call begins; calls nest.
     *
     * @return the variant for this call, however long it takes
     * @throws NoVariantException if a service that the machine needs has no variant now
     */
    Binding enter();

    /** The call ended. */
    void leave();

    /** Services that never change: for runs that are compared, and for tests. */
    static Services fixed(Binding binding) {
        return new FixedServices(binding);
    }
}
