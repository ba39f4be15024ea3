package org.dmalab.api.port;

/**
 * The ports of one machine, embedded or over another back end. A port that the machine does not have is null; using it
 * is an error of the kernel code, which {@link #require} names.
 *
 * @param memory machine memory; always there
 * @param registers device registers
 * @param firmware hypercalls and RTAS
 * @param config PCI configuration space
 * @param dma DMA by devices; always there
 */
public record Ports(Memory memory, Registers registers, Firmware firmware, PciConfig config, DmaMaster dma) {
    /** Returns the port, or says that the machine has none. */
    public static <T> T require(T port, String name) {
        if (port == null) {
            throw new IllegalStateException("this machine has no " + name);
        }
        return port;
    }
}
