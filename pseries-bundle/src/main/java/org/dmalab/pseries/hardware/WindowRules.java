package org.dmalab.pseries.hardware;

import org.dmalab.api.MachineSpec;

/**
 * What the hypervisor offers for dynamic DMA windows, and the partition's unit of memory.
 *
 * @param pageMask page sizes as {@code ibm,query-pe-dma-window} returns them
 * @param largestBlockTces largest available block, in TCEs
 * @param windowsPerPe windows that may be in use at once, the default one included
 * @param busAddress64 bus address of a window while another is in use
 * @param limitedAddressMode {@code ibm,reset-pe-dma-window} takes a fourth argument that asks for windows below the
 *        device's limit (LoPAR 2.13)
 * @param createBusyCalls so many calls of {@code ibm,create-pe-dma-window} are first answered with busy
 * @param lmbBytes logical memory block
 */
public record WindowRules(long pageMask, long largestBlockTces, long windowsPerPe, long busAddress64,
        boolean limitedAddressMode, long createBusyCalls, long lmbBytes) {
    /** The rules that a machine's parameters ask for. */
    public static WindowRules of(MachineSpec spec, boolean limitedAddressMode, long lmbBytes) {
        long windows = spec.number("windowsPerPe");
        if (windows < 1 || windows > Phb.WINDOWS) {
            throw new IllegalArgumentException("windowsPerPe: " + windows + ", expected 1 or " + Phb.WINDOWS);
        }
        long mask = spec.number("pageSizeMask");
        if (mask >>> Papr.pageShifts() != 0) {
            throw new IllegalArgumentException("pageSizeMask: 0x" + Long.toHexString(mask) + ", expected bits 0 to "
                    + (Papr.pageShifts() - 1));
        }
        return new WindowRules(mask, spec.number("largestBlockTces"), windows, spec.number("windowBusAddress"),
                limitedAddressMode, spec.number("createBusyCalls"), lmbBytes);
    }

    /** Tells whether the mask offers pages of 2^shift bytes. */
    public boolean offers(long shift) {
        for (int bit = 0; bit < Papr.pageShifts(); bit++) {
            if ((pageMask >>> bit & 1) != 0 && Papr.pageShift(bit) == shift) {
                return true;
            }
        }
        return false;
    }

    /** Binary logarithm of the largest page that the mask offers; 0 if there is none. */
    public int largestPageShift() {
        return Papr.largestPageShift(pageMask);
    }
}
