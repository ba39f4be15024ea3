package org.dmalab.pseries.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.HardwareEvent;
import org.dmalab.pseries.hardware.TceTables;
import org.dmalab.pseries.kernel.KernelLayout;
import org.dmalab.pseries.kernel.KernelLayout.Buffer;
import org.osgi.service.component.annotations.Component;

/** A window goes only when no driver has a buffer mapped in it. */
@Component(service = Oracle.class)
public final class NoWindowRemovedInUse implements Oracle {
    @Override
    public String name() {
        return "no-window-removed-in-use";
    }

    @Override
    public String summary() {
        return "no DMA window is removed while a driver keeps a buffer mapped in it";
    }

    @Override
    public String arch() {
        return "pseries";
    }

    private record Sink(Watch watch) implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            if (kind == HardwareEvent.TABLE_DISABLED && KernelState.runs(watch.machine())) {
                look(watch, a, b);
            }
        }
    }

    private static void look(Watch watch, long liobn, long entries) {
        TceTables tables = watch.machine().model(PseriesModel.class).partition().tables();
        int table = tables.find(liobn);
        long start = tables.busAddress(table);
        long end = start + (entries << tables.pageShift(table));
        KernelMemory kernel = watch.machine().kernel();
        KernelState.forEach(kernel, KernelLayout.DRIVER_BUFFERS, Buffer.LIST, buffer -> {
            long bus = KernelState.load(kernel, buffer, Buffer.BUS);
            boolean same = tables.phb(table).owns(KernelState.load(kernel, buffer, Buffer.SOURCE_ID));
            if (same && bus >= start && bus < end) {
                watch.violation("window 0x" + Long.toHexString(liobn) + " is removed while the buffer at 0x"
                        + Long.toHexString(KernelState.load(kernel, buffer, Buffer.PHYSICAL))
                        + " is mapped in it at bus 0x" + Long.toHexString(bus));
            }
        });
    }

    @Override
    public EventSink attach(Watch watch) {
        return new Sink(watch);
    }
}
