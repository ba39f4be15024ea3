package org.dmalab.api.port;

import org.osgi.annotation.versioning.ConsumerType;

/** What is under the kernel: a hypervisor with hypercalls, and run-time firmware. */
@ConsumerType
public interface Firmware {
    /**
     * Executes a hypercall.
     *
     * @param number its number
     * @param arguments all arguments, R4 upwards
     * @param results filled with R4 upwards
     * @return the return code (R3)
     */
    long hcall(long number, long[] arguments, long[] results);

    /** Executes the RTAS call whose argument block lies at an address of machine memory. */
    void rtas(long argumentBlock);
}
