package org.dmalab.pseries.oracle;

import java.util.ArrayList;
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
import org.dmalab.pseries.kernel.KernelLayout.Buffer;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout.Table;
import org.osgi.service.component.annotations.Component;

/**
 * At the end every buffer that a driver keeps is mapped as it was, and the entries of tables that drivers' buffers are
 * taken from map such buffers and nothing else. A crash kernel is left out: it keeps what the old one mapped.
 */
@Component(service = Oracle.class)
public final class DynamicTces implements Oracle {
    @Override
    public String name() {
        return "dynamic-tces";
    }

    @Override
    public String summary() {
        return "buffers that drivers keep stay mapped, and no TCE stays of one that was unmapped";
    }

    @Override
    public String arch() {
        return "pseries";
    }

    @Override
    public EventSink attach(Watch watch) {
        return KernelState.IGNORES;
    }

    /** A buffer as it should be found. */
    private record Kept(long sourceId, long bus, long physical, long length) {
        boolean holds(long busAddress, long bytes) {
            return busAddress < bus + length && busAddress + bytes > bus;
        }
    }

    @Override
    public void end(Watch watch, EventSink sink) {
        Machine machine = watch.machine();
        if (!KernelState.runs(machine) || machine.kernel().load(KernelLayout.IS_KDUMP.address(), 4) != 0) {
            return;
        }
        KernelMemory kernel = machine.kernel();
        List<Kept> buffers = new ArrayList<>();
        KernelState.forEach(kernel, KernelLayout.DRIVER_BUFFERS, Buffer.LIST, buffer -> buffers.add(new Kept(
                KernelState.load(kernel, buffer, Buffer.SOURCE_ID), KernelState.load(kernel, buffer, Buffer.BUS),
                KernelState.load(kernel, buffer, Buffer.PHYSICAL),
                KernelState.load(kernel, buffer, Buffer.LENGTH))));
        TceTables tables = machine.model(PseriesModel.class).partition().tables();
        buffers.forEach(buffer -> isMapped(watch, tables, buffer));
        List<Long> nodes = new ArrayList<>();
        KernelState.forEach(kernel, KernelLayout.PCI_DEVICES, PciDev.LIST, device -> {
            long node = KernelState.load(kernel, device, PciDev.PDN);
            if (!nodes.contains(node)) {
                nodes.add(node);
                isClean(watch, tables, KernelState.load(kernel, node, DeviceNode.TABLE0), buffers);
                isClean(watch, tables, KernelState.load(kernel, node, DeviceNode.TABLE1), buffers);
            }
        });
    }

    private static void isMapped(Watch watch, TceTables tables, Kept buffer) {
        Phb phb = tables.phbs().stream().filter(one -> one.owns(buffer.sourceId())).findFirst().orElseThrow();
        for (long at = 0; at < buffer.length();) {
            int table = tables.translating(phb, buffer.bus() + at);
            long pageBytes = table < 0 ? 1 : 1L << tables.pageShift(table);
            long offset = table < 0 ? 0 : (buffer.bus() + at - tables.busAddress(table)) & (pageBytes - 1);
            long tce = table < 0 ? 0 : tables.tce(table, tables.index(table, buffer.bus() + at));
            if (!Tce.PERMISSION.isSet(tce) || (tce & -pageBytes) + offset != buffer.physical() + at) {
                watch.violation("the buffer at 0x" + Long.toHexString(buffer.physical()) + " that the driver of "
                        + Actor.bdf(buffer.sourceId()) + " keeps at bus 0x" + Long.toHexString(buffer.bus())
                        + " is not mapped any more: TCE 0x" + Long.toHexString(tce));
                return;
            }
            at += pageBytes - offset;
        }
    }

    /** Looks at one struct iommu_table, if there is one. */
    private static void isClean(Watch watch, TceTables tables, long object, List<Kept> buffers) {
        if (object == 0) {
            return;
        }
        KernelMemory kernel = watch.machine().kernel();
        int table = tables.inUse(KernelState.load(kernel, object, Table.INDEX));
        if (table < 0) {
            return;
        }
        long pageBytes = 1L << tables.pageShift(table);
        long first = KernelState.load(kernel, object, Table.OFFSET) - tables.busAddress(table) / pageBytes;
        long end = first + KernelState.load(kernel, object, Table.ENTRIES);
        List<Long> left = new ArrayList<>();
        tables.forEach(table, (index, tce) -> {
            long bus = tables.busAddress(table) + index * pageBytes;
            if (index >= first && index < end && buffers.stream().noneMatch(kept -> kept.holds(bus, pageBytes))) {
                left.add(index);
            }
        });
        if (!left.isEmpty()) {
            watch.violation(left.size() + " TCEs of window 0x" + Long.toHexString(tables.liobn(table))
                    + " stay although no buffer is mapped there, the first at bus 0x"
                    + Long.toHexString(tables.busAddress(table) + left.get(0) * pageBytes) + ": TCE 0x"
                    + Long.toHexString(tables.tce(table, left.get(0))));
        }
    }
}
