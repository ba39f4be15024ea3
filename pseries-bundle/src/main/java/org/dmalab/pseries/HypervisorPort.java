package org.dmalab.pseries;

import org.dmalab.api.port.Firmware;
import org.dmalab.pseries.hardware.Hypervisor;
import org.dmalab.pseries.hardware.PlatformRequest;
import org.dmalab.pseries.hardware.Rtas;

/**
 * The way of hypercalls and RTAS calls from the kernel, and of requests to the platform. A hypervisor that has ended
 * itself answers no more: the kernel stops where it calls.
 *
 * @param hypervisor hypercalls
 * @param rtas RTAS calls
 */
record HypervisorPort(Hypervisor hypervisor, Rtas rtas) implements Firmware {
    @Override
    public long hcall(long number, long[] arguments, long[] results) {
        PseriesModel.requireAlive(rtas);
        if (PlatformRequest.is(number)) {
            new PlatformRequest(rtas.dynamicMemory()).make(number, arguments[0], arguments[1]);
            return 0;
        }
        return hypervisor.hcall(number, arguments, results);
    }

    @Override
    public void rtas(long argumentBlock) {
        PseriesModel.requireAlive(rtas);
        rtas.call(argumentBlock);
        PseriesModel.requireAlive(rtas);
    }
}
