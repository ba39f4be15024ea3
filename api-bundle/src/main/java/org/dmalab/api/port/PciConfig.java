package org.dmalab.api.port;

import org.osgi.annotation.versioning.ConsumerType;

/** PCI configuration space. */
@ConsumerType
public interface PciConfig {
    /** Reads it: source-id (bus, device, function), offset, width in bytes. */
    long read(long sourceId, int offset, int widthBytes);

    /** Writes it. */
    void write(long sourceId, int offset, int widthBytes, long value);
}
