package org.dmalab.api.service;

import org.dmalab.api.cpu.Cpu;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Attach a device to a domain; map and unmap. Devices and domains are kernel objects, given by address; their structure
 * is the architecture's. Results are 0 or more, or a negative error number.
 *
 * <p>pSeries: TCE build and free in dynamic windows. VT-d: {@code domain_context_mapping_one}, map and unmap. MIPS:
 * direct mapping, no translation.
 */
@ConsumerType
public interface Iommu {
    /**
     * Attaches a device to a domain.
     *
     * @param cpu where it runs
     * @param device kernel address of the device
     * @param domain kernel address of the domain (pSeries: of the window's table)
     * @return 0 or a negative error number
     */
    default long attach(Cpu cpu, long device, long domain) {
        return Errno.ENODEV;
    }

    /**
     * Makes a physical range reachable for a device.
     *
     * @param cpu where it runs
     * @param domain kernel address of the domain (pSeries: of the table; MIPS: of the page's struct page)
     * @param busAddress where the device is to see it; ignored where there is no translation
     * @param physicalAddress start of the range
     * @param sizeBytes its size
     * @param direction who writes
     * @return the bus address, or a negative error number
     */
    long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction);

    /**
     * Takes a range away again.
     *
     * @return 0 or a negative error number
     */
    long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction);
}
