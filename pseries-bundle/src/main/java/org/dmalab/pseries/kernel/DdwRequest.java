package org.dmalab.pseries.kernel;

/**
 * What enable_ddw knows when it decides what to ask for: steps 8 to 10.
 *
 * @param device struct pci_dev
 * @param largestBlockTces the largest block that the hypervisor offers, in TCEs
 * @param pageShift binary logarithm of the page size that was chosen
 * @param largest binary logarithm of the largest window that hypervisor and device can have
 * @param pmem there is persistent memory
 * @param defaultRemoved the default window is gone
 * @param maxRamShift binary logarithm of ddw_memory_hotplug_max, rounded up
 */
public record DdwRequest(long device, long largestBlockTces, int pageShift, int largest, boolean pmem,
        boolean defaultRemoved, int maxRamShift) {
}
