package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.TceTables;
import org.dmalab.pseries.kernel.BigEndian;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;
import org.dmalab.pseries.kernel.WindowList;
import org.osgi.service.component.annotations.Component;

/** Prints the DMA windows of the hypervisor and of the kernel into the kernel log. */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class WindowShow implements Action {
    private static final long TABLE = Text.id("hypervisor: liobn 0x%x at bus 0x%llx, 0x%llx TCEs, page shift %d");
    private static final long WINDOW = Text.id("kernel: liobn 0x%x at bus 0x%llx, window shift %d, %s");
    private static final long DIRECT = Text.id("direct");
    private static final long DYNAMIC = Text.id("dynamic");

    @Override
    public String name() {
        return "window.show";
    }

    @Override
    public String summary() {
        return "prints the DMA windows as hypervisor and kernel know them";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        TceTables tables = machine.model(PseriesModel.class).partition().tables();
        long open = 0;
        for (int table = 0; table < tables.count(); table++) {
            if (tables.entries(table) != 0) {
                cpu.printk(TABLE, tables.liobn(table), tables.busAddress(table), tables.entries(table),
                        tables.pageShift(table));
                open++;
            }
        }
        for (long window = WindowList.first(cpu); window != 0; window = WindowList.next(cpu, window)) {
            long prop = WindowList.prop(cpu, window);
            cpu.printk(WINDOW, BigEndian.load(cpu, prop, WindowProp.LIOBN),
                    BigEndian.load(cpu, prop, WindowProp.DMA_BASE),
                    BigEndian.load(cpu, prop, WindowProp.WINDOW_SHIFT),
                    WindowList.isDirect(cpu, window) ? DIRECT : DYNAMIC);
        }
        return open;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result + " windows open, see the kernel log";
    }
}
