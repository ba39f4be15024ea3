package org.dmalab.pseries;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Architecture;
import org.dmalab.api.Failure;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Metric;
import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.Event;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Store;
import org.dmalab.pseries.hardware.Papr;
import org.dmalab.pseries.hardware.Partition;
import org.dmalab.pseries.hardware.PartitionTree;
import org.dmalab.pseries.hardware.PlatformRequest;
import org.dmalab.pseries.kernel.KernelLayout.MemoryBlock;
import org.dmalab.pseries.kernel.KernelLayout;
import org.dmalab.pseries.kernel.Memblock;
import org.dmalab.pseries.kernel.MemoryHotplug;
import org.osgi.service.component.annotations.Component;

/** IBM pSeries: a logical partition with dynamic DMA windows and memory that comes and goes. */
@Component(service = Architecture.class, property = "dmalab.arch=pseries")
public final class PseriesArchitecture implements Architecture {
    @Override
    public String name() {
        return "pseries";
    }

    @Override
    public String title() {
        return "IBM pSeries: TCE tables, dynamic DMA windows and memory hotplug under a hypervisor";
    }

    @Override
    public List<Preset> presets() {
        return PseriesPresets.presets();
    }

    @Override
    public List<Preset> profiles() {
        return PseriesPresets.profiles();
    }

    @Override
    public List<Parameter> parameters() {
        return PseriesParameters.all();
    }

    @Override
    public List<String> fileParameters() {
        return List.of(PartitionTree.FILE);
    }

    @Override
    public List<ServiceKind> services() {
        return List.of(ServiceKind.IOMMU, ServiceKind.DMA_WINDOWS, ServiceKind.MEMORY_NOTIFIER);
    }

    @Override
    public List<String> devices(MachineSpec spec) {
        return PartitionTree.devices(PartitionTree.of(withTree(spec))).stream().map(Actor::bdf).toList();
    }

    @Override
    public List<Failure> failures() {
        return PseriesFailures.all();
    }

    @Override
    public Machine create(MachineSpec spec, Services services) {
        try {
            return made(withTree(spec), services);
        } catch (IllegalArgumentException e) {
            throw !e.getMessage().startsWith("device tree") ? e
                    : new IllegalArgumentException(PartitionTree.FILE + ": " + e.getMessage(), e);
        }
    }

    private static Machine made(MachineSpec spec, Services services) {
        long processors = spec.number("processors");
        if (processors < 1 || processors > KernelLayout.MAX_PROCESSORS) {
            throw new IllegalArgumentException("processors: " + processors + ", expected 1 to "
                    + KernelLayout.MAX_PROCESSORS);
        }
        Store store = new Store();
        Emitter emitter = new Emitter();
        Partition partition = Partition.create(spec, store, emitter);
        KernelMemory kernel = KernelLayout.create(store);
        Ports ports = new Ports(new LinearMap(partition.memory(), emitter), null,
                new HypervisorPort(partition.hypervisor(), partition.rtas()), null, partition.dma());
        Machine machine = new Machine(new Machine.Parts(spec, store, emitter, kernel,
                new Processors(store, (int) processors), ports, (cpu, vector, argument) -> { }, () -> false,
                new PseriesModel(partition)), services);
        partition.powerOn(spec);
        return machine;
    }

    /** The specification with the device tree that comes with its preset, unless it has one or constructs one. */
    private MachineSpec withTree(MachineSpec spec) {
        String resource = presets().stream().filter(preset -> preset.name().equals(spec.preset()))
                .map(preset -> preset.files().getOrDefault(PartitionTree.FILE, "")).findFirst().orElse("");
        if (spec.file(PartitionTree.FILE) != null || resource.isEmpty()) {
            return spec;
        }
        Map<String, byte[]> files = new LinkedHashMap<>(spec.files());
        try (InputStream in = PseriesArchitecture.class.getResourceAsStream(resource)) {
            files.put(PartitionTree.FILE, in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + resource, e);
        }
        return new MachineSpec(spec.arch(), spec.preset(), spec.profile(), spec.backend(), spec.parameters(), files);
    }

    @Override
    public String describe(Machine machine, Event event) {
        return PseriesWords.describe(machine, event);
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                new Metric("hypercalls", "hypercalls",
                        (kind, a, b, c, d, e, result) -> isHypercall(kind, a) ? 1 : 0),
                new Metric("hypercallsRefused", "hypercalls that were refused",
                        (kind, a, b, c, d, e, result) -> kind == Op.HCALL && result < 0 ? 1 : 0),
                new Metric("tcesPut", "TCEs that the kernel asked to set",
                        (kind, a, b, c, d, e, result) -> kind == Op.HCALL ? tcesPut(a, e) : 0),
                new Metric("tcesStuffed", "TCEs that the kernel asked to fill with one value",
                        (kind, a, b, c, d, e, result) -> kind == Op.HCALL && a == Papr.H_STUFF_TCE ? e : 0),
                new Metric("rtasCalls", "RTAS calls", (kind, a, b, c, d, e, result) -> kind == Op.RTAS ? 1 : 0));
    }

    private static boolean isHypercall(int kind, long number) {
        return kind == Op.HCALL && !PlatformRequest.is(number);
    }

    private static long tcesPut(long number, long count) {
        if (number == Papr.H_PUT_TCE_INDIRECT) {
            return count;
        }
        return number == Papr.H_PUT_TCE ? 1 : 0;
    }

    @Override
    public List<Step> bootSteps() {
        return List.of(new Step("kernel.boot", Map.of()),
                new Step("device.probe", Map.of("device", "00:00.0", "mask", "64")));
    }

    /** Takes the last memory block of boot memory off line, or puts it back. */
    @Override
    public long traffic(Machine machine, long sequence) {
        Cpu cpu = machine.cpu(0, Level.USER);
        if (cpu.load(KernelLayout.SYSTEM_RUNNING) == 0) {
            return Errno.ENODEV;
        }
        long block = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        long start = Memblock.end(cpu, 0) - block & -block;
        long object = MemoryHotplug.findBlock(cpu, start);
        if (object == 0) {
            return Errno.ENOMEM;
        }
        return cpu.load(object, MemoryBlock.STATE) == MemoryHotplug.ONLINE ? MemoryHotplug.offlineBlock(cpu, start)
                : MemoryHotplug.onlineBlock(cpu, start);
    }

    @Override
    public long trafficSeen(Machine machine) {
        return machine.kernel().load(KernelLayout.BLOCK_CHANGES.address(), 8);
    }
}
