package org.dmalab.api.service;

import org.dmalab.api.cpu.Cpu;
import org.osgi.annotation.versioning.ConsumerType;

/** Create, size and remove a device's DMA window (pSeries: DDW). */
@ConsumerType
public interface DmaWindows {
    /**
     * Gives a device its window when its driver sets a DMA mask: {@code enable_ddw}.
     *
     * @param cpu where it runs
     * @param device kernel address of the device
     * @param dmaMask the mask the driver set
     * @return 1 if the device may bypass translation (direct mapping), 0 if not
     */
    long enable(Cpu cpu, long device, long dmaMask);

    /**
     * Removes the window of a device tree node.
     *
     * @param cpu where it runs
     * @param node kernel address of the node
     * @return 0 or a negative error number
     */
    long remove(Cpu cpu, long node);
}
