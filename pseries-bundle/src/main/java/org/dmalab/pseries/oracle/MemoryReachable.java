package org.dmalab.pseries.oracle;

import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.Phb;
import org.dmalab.pseries.hardware.Tce;
import org.dmalab.pseries.hardware.TceTables;
import org.dmalab.pseries.kernel.KernelLayout;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.osgi.service.component.annotations.Component;

/**
 * At the end every device that may go past translation reaches all memory that is on line and not beyond its limit, at
 * the address that the kernel would give it, although nobody tried.
 */
@Component(service = Oracle.class)
public final class MemoryReachable implements Oracle {
    @Override
    public String name() {
        return "memory-reachable";
    }

    @Override
    public String summary() {
        return "a device that may go past translation has TCEs for all memory on line up to its limit";
    }

    @Override
    public String arch() {
        return "pseries";
    }

    @Override
    public EventSink attach(Watch watch) {
        return KernelState.IGNORES;
    }

    @Override
    public void end(Watch watch, EventSink sink) {
        Machine machine = watch.machine();
        if (!KernelState.runs(machine)) {
            return;
        }
        List<KernelState.Range> online = KernelState.online(machine.kernel());
        KernelState.forEach(machine.kernel(), KernelLayout.PCI_DEVICES, PciDev.LIST,
                device -> look(watch, device, online));
    }

    private static void look(Watch watch, long device, List<KernelState.Range> online) {
        KernelMemory kernel = watch.machine().kernel();
        long limit = KernelState.load(kernel, device, PciDev.BUS_LIMIT);
        boolean past = KernelState.load(kernel, device, PciDev.BYPASS) != 0 || limit != 0;
        // A mask that does not reach all memory has the kernel translate.
        if (!past || KernelState.load(kernel, device, PciDev.DMA_MASK) != -1L) {
            return;
        }
        long offset = KernelState.load(kernel, device, PciDev.DMA_OFFSET);
        long sourceId = KernelState.load(kernel, device, PciDev.SOURCE_ID);
        long end = limit == 0 ? Long.MAX_VALUE : limit - offset;
        for (KernelState.Range range : online) {
            long missing = missing(watch.machine(), sourceId, offset, range.start(), Math.min(range.end(), end));
            if (missing >= 0) {
                watch.violation("memory at 0x" + Long.toHexString(missing) + " is on line, and " + Actor.bdf(sourceId)
                        + " may go past translation to it, but no TCE maps bus 0x"
                        + Long.toHexString(missing + offset));
                return;
            }
        }
    }

    /** The first address of a range that a device does not reach where the kernel has it; -1 if there is none. */
    private static long missing(Machine machine, long sourceId, long offset, long start, long end) {
        TceTables tables = machine.model(PseriesModel.class).partition().tables();
        Phb phb = tables.phbs().stream().filter(one -> one.owns(sourceId)).findFirst().orElse(null);
        long at = start;
        while (at < end) {
            int table = phb == null ? -1 : tables.translating(phb, at + offset);
            if (table < 0) {
                return at;
            }
            long tce = tables.tce(table, tables.index(table, at + offset));
            long pageBytes = 1L << tables.pageShift(table);
            boolean mapped = Tce.PERMISSION.isSet(tce)
                    && Tce.page(tce, tables.pageShift(table)) == (at & -pageBytes);
            if (!mapped) {
                return at;
            }
            at = (at & -pageBytes) + pageBytes;
        }
        return -1;
    }
}
