package org.dmalab.pseries.oracle;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.event.EventSink;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.TceTables;
import org.osgi.service.component.annotations.Component;

/**
 * At the end no TCE lets a device reach memory that is not on line: what was mapped for memory that came must go when
 * it goes, or when its coming is cancelled. A TCE that is larger than a memory block may also reach its neighbours.
 */
@Component(service = Oracle.class)
public final class NoStaleTce implements Oracle {
    @Override
    public String name() {
        return "no-stale-tce";
    }

    @Override
    public String summary() {
        return "no TCE lets a device reach memory that is not on line";
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
        TceTables tables = machine.model(PseriesModel.class).partition().tables();
        List<KernelState.Range> online = KernelState.online(machine.kernel());
        for (int table = 0; table < tables.count(); table++) {
            if (tables.entries(table) != 0) {
                look(watch, tables, table, online);
            }
        }
    }

    private static void look(Watch watch, TceTables tables, int table, List<KernelState.Range> online) {
        long pageBytes = 1L << tables.pageShift(table);
        List<Long> stale = new ArrayList<>();
        tables.forEach(table, (index, tce) -> {
            long address = tce & -pageBytes;
            if (online.stream().noneMatch(range -> range.overlaps(address, address + pageBytes))) {
                stale.add(index);
            }
        });
        if (!stale.isEmpty()) {
            long first = stale.get(0);
            watch.violation(stale.size() + " TCEs of window 0x" + Long.toHexString(tables.liobn(table))
                    + " reach memory that is not on line, the first at bus 0x"
                    + Long.toHexString(tables.busAddress(table) + first * pageBytes) + ": TCE 0x"
                    + Long.toHexString(tables.tce(table, first)));
        }
    }
}
