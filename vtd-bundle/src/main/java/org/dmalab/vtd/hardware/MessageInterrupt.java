package org.dmalab.vtd.hardware;

/** Takes message-signalled interrupts: a device's write to 0xfeexxxxx. */
@FunctionalInterface
public interface MessageInterrupt {
    /**
     * One message.
     *
     * @param address where it was written
     * @param data what was written
     */
    void send(long address, long data);
}
