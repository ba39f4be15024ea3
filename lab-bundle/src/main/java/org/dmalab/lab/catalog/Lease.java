package org.dmalab.lab.catalog;

import org.dmalab.api.service.Binding;
import org.osgi.annotation.versioning.ProviderType;

/** Service objects of variants, lent for one run. */
@ProviderType
public interface Lease extends AutoCloseable {
    /** The objects, valid until the lease is closed. */
    Binding binding();

    /** Gives the objects back. */
    @Override
    void close();
}
