package org.dmalab.mips.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.service.Direction;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.PageAccess;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** {@code sata.read}. */
@Component(service = Action.class, property = Action.ARCH + "=mips")
public final class SataRead implements Action {
    @Override
    public String name() {
        return "sata.read";
    }

    @Override
    public String summary() {
        return "readahead of pages from the disk: map, transfer, interrupt, unmap; then the kernel reads them";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.optional("page", Parameter.Type.NUMBER, "first page of the page cache", "0"),
                Parameter.optional("pages", Parameter.Type.NUMBER, "number of pages", "1"),
                Arguments.pattern("0x5a5a5a5a"));
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        long first = values.get("page");
        long pages = values.get("pages");
        NotReadyException.require(first >= 0 && pages >= 1 && pages <= KernelLayout.CACHE_PAGES - first,
                "page and pages", first + " and " + pages, "pages 0 to " + (KernelLayout.CACHE_PAGES - 1));
        long result = SataDriver.readahead(cpu, first, pages);
        if (result == 0) {
            result = SataDriver.issue(cpu, first, 0, pages * KernelLayout.PAGE_SIZE, Direction.FROM_DEVICE);
        }
        if (result < 0) {
            return result;
        }
        result = SataController.request(machine, cpu, first, 0, 0, Direction.FROM_DEVICE, values.get("pattern"));
        SataDriver.complete(machine.cpu(cpu.processor(), Level.HARDIRQ), first, result > 0);
        for (long i = 0; result > 0 && i < pages; i++) {
            PageAccess.readAtomic(cpu, SataDriver.page(cpu, first + i), 0, KernelLayout.PAGE_SIZE);
        }
        return result;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        return result + " bytes read";
    }
}
