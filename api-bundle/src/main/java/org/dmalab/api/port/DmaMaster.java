package org.dmalab.api.port;

import org.osgi.annotation.versioning.ConsumerType;

/** A device's way to memory: bus addresses, through the machine's remapping hardware. */
@ConsumerType
public interface DmaMaster {
    /** What came of one access. */
    enum Outcome {
        /** Done. */
        OK,
        /** Refused by the remapping hardware, which recorded a fault or froze the device. */
        FAULT,
        /** Silently lost: no data moved and nobody was told. */
        DROPPED
    }

    /** The outcome and, for a read, the value. */
    record Access(Outcome outcome, long value, long physicalAddress) { }

    /**
     * One read by a device.
     *
     * @param sourceId bus, device and function
     * @param busAddress the address the device puts on the bus
     * @param widthBytes 1, 2, 4 or 8; least significant byte first
     */
    Access read(long sourceId, long busAddress, int widthBytes);

    /** One write by a device. */
    Access write(long sourceId, long busAddress, int widthBytes, long value);
}
