package org.dmalab.mips;

import java.util.List;
import java.util.Map;

import org.dmalab.api.Architecture;
import org.dmalab.api.Failure;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Metric;
import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.mips.hardware.Caches;
import org.dmalab.mips.hardware.Eviction;
import org.dmalab.mips.hardware.HardwareEvent;
import org.dmalab.mips.hardware.Prefetch;
import org.dmalab.mips.hardware.WriteBufferDrain;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.PageAccess;
import org.dmalab.mips.kernel.Pages;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** MIPS32 with high memory and noncoherent DMA. */
@Component(service = Architecture.class)
public final class MipsArchitecture implements Architecture {
    /** Page-cache index of the high page of the load; the low one follows. */
    private static final long TRAFFIC_PAGE = 62;
    private static final int WORD_BYTES = 4;
    private static final long WORD_MASK = 0xffffffffL;

    @Override
    public String name() {
        return "mips";
    }

    @Override
    public String title() {
        return "MIPS32 with high memory and caches that are not coherent with DMA";
    }

    @Override
    public List<Preset> presets() {
        return MipsPresets.presets();
    }

    @Override
    public List<Preset> profiles() {
        return MipsPresets.profiles();
    }

    @Override
    public List<Parameter> parameters() {
        return MipsParameters.parameters();
    }

    @Override
    public List<String> fileParameters() {
        return List.of();
    }

    @Override
    public List<ServiceKind> services() {
        return List.of(ServiceKind.CACHE_FLUSH);
    }

    @Override
    public Machine create(MachineSpec spec, Services services) {
        return MipsMachines.create(spec, services);
    }

    @Override
    public List<Failure> failures() {
        return List.of(new NoPage());
    }

    @Override
    public List<Spontaneous> spontaneous(Machine machine) {
        Caches caches = machine.model(MipsModel.class).caches();
        boolean prefetches = machine.spec().number(MipsParameters.PREFETCHES) != 0;
        KernelMemory kernel = machine.kernel();
        return List.of(new Eviction(caches),
                new Prefetch(caches, prefetches ? KernelLayout.CACHE_PAGES : 0, index -> {
                    long page = kernel.load(KernelLayout.PAGE_CACHE.element(index),
                            KernelLayout.PAGE_CACHE.widthBytes());
                    return page == 0 ? -1 : Pages.physical(page);
                }),
                new WriteBufferDrain(caches));
    }

    @Override
    public String describe(Machine machine, Event event) {
        return MipsWords.of(event);
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                new Metric("cacheLineOps", "CACHE instructions",
                        (kind, a, b, c, d, e, result) -> kind == HardwareEvent.CACHE_LINE ? 1 : 0),
                new Metric("cacheLineOpsIrqsOff", "CACHE instructions with interrupts off",
                        (kind, a, b, c, d, e, result) -> kind == HardwareEvent.CACHE_LINE
                                && (d & HardwareEvent.IRQS_OFF) != 0 ? 1 : 0),
                new Metric("tlbFlushes", "TLB maintenance operations",
                        (kind, a, b, c, d, e, result) -> kind == HardwareEvent.TLB_FLUSH ? 1 : 0),
                new Metric("ipis", "inter-processor interrupts sent",
                        (kind, a, b, c, d, e, result) -> kind == Op.IPI ? 1 : 0),
                new Metric("writeBacks", "lines written to memory",
                        (kind, a, b, c, d, e, result) -> kind == EventKind.WRITE_BACK ? 1 : 0));
    }

    @Override
    public List<Step> bootSteps() {
        return List.of(new Step("kernel.boot", Map.of()),
                new Step("page.alloc", Map.of("page", Long.toString(TRAFFIC_PAGE), "zone", "high")),
                new Step("page.alloc", Map.of("page", Long.toString(TRAFFIC_PAGE + 1), "zone", "low")));
    }

    /**
     * The kernel writes a command into a page and maps it for the controller, the controller reads it, the kernel
     * unmaps the page; high and low pages by turns. A call is complete when the controller has read what was written.
     */
    @Override
    public long traffic(Machine machine, long sequence) {
        Cpu cpu = machine.cpu(0, Level.USER);
        long index = TRAFFIC_PAGE + (sequence & 1);
        long page = SataDriver.page(cpu, index);
        if (page == 0) {
            return Errno.ENODEV;
        }
        PageAccess.writeAtomic(cpu, page, 0, WORD_BYTES, sequence);
        long bus = SataDriver.mapPage(cpu, index, 0, WORD_BYTES, Direction.TO_DEVICE);
        if (bus < 0) {
            return bus;
        }
        DmaMaster.Access seen = machine.ports().dma().read(SataDriver.SOURCE_ID, bus, WORD_BYTES);
        SataDriver.unmapPage(cpu, index);
        if (seen.outcome() != DmaMaster.Outcome.OK || seen.value() != (sequence & WORD_MASK)) {
            return Errno.EIO;
        }
        cpu.store(KernelLayout.REQUESTS_DONE, cpu.load(KernelLayout.REQUESTS_DONE) + 1);
        return 0;
    }

    @Override
    public long trafficSeen(Machine machine) {
        return machine.kernel().load(KernelLayout.REQUESTS_DONE.address(), KernelLayout.REQUESTS_DONE.widthBytes());
    }
}
