package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.Buffer;
import org.dmalab.vtd.kernel.KernelLayout.Device;

/** Load on the network card: attach, then map and unmap in turn, then detach. Counts what the tables show. */
public final class Traffic {
    private static final long SOURCE_ID = 0x0028;
    private static final long MAPS_PER_ATTACH = 8;

    private Traffic() { }

    /** The next call; it is counted only if context entry or page-table entry show that it was done. */
    public static long next(Cpu cpu) {
        long device = Devices.find(cpu, SOURCE_ID);
        if (Devices.isError(device)) {
            return device;
        }
        if (cpu.load(device, Device.DOMAIN) == 0) {
            cpu.store(KernelLayout.TRAFFIC_MAPS, 0);
            long domain = Domains.ofDevice(cpu, device);
            return Devices.isError(domain) ? domain : seen(cpu, attached(cpu, device, domain));
        }
        long buffer = cpu.load(device, Device.BUFFERS);
        if (buffer != 0) {
            return unmap(cpu, device, buffer);
        }
        if (cpu.load(KernelLayout.TRAFFIC_MAPS) == MAPS_PER_ATTACH) {
            long result = Domains.detach(cpu, device);
            return result < 0 ? result : seen(cpu, !attached(cpu, device, 0));
        }
        return map(cpu, device);
    }

    private static long map(Cpu cpu, long device) {
        long buffer = DmaApi.alloc(cpu, device, Pages.BYTES, Direction.BIDIRECTIONAL);
        if (Devices.isError(buffer)) {
            return buffer;
        }
        cpu.store(KernelLayout.TRAFFIC_MAPS, cpu.load(KernelLayout.TRAFFIC_MAPS) + 1);
        long expected = cpu.load(buffer, Buffer.PHYSICAL) | Mappings.READ | Mappings.WRITE;
        return seen(cpu, pte(cpu, device, cpu.load(buffer, Buffer.ADDRESS)) == expected);
    }

    private static long unmap(Cpu cpu, long device, long buffer) {
        long address = cpu.load(buffer, Buffer.ADDRESS);
        long result = DmaApi.release(cpu, buffer);
        return result < 0 ? result : seen(cpu, pte(cpu, device, address) == 0);
    }

    private static boolean attached(Cpu cpu, long device, long domain) {
        long entry = ContextEntry.get(cpu, cpu.load(device, Device.IOMMU), SOURCE_ID, false);
        boolean present = entry != 0 && ContextEntry.present(cpu, entry);
        if (domain == 0 || !present) {
            return present;
        }
        long iommu = cpu.load(device, Device.IOMMU);
        return ContextEntry.domainId(cpu, entry) == ContextMapping.domainId(cpu, domain, iommu);
    }

    private static long pte(Cpu cpu, long device, long address) {
        long entry = Mappings.entry(cpu, cpu.load(device, Device.DOMAIN), address >>> 12);
        return entry == 0 ? 0 : cpu.read(entry, 8, Endian.LITTLE);
    }

    private static long seen(Cpu cpu, boolean done) {
        if (!done) {
            return Errno.EIO;
        }
        cpu.store(KernelLayout.TRAFFIC_COUNT, cpu.load(KernelLayout.TRAFFIC_COUNT) + 1);
        return 0;
    }
}
