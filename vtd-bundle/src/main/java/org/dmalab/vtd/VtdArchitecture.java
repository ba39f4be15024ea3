package org.dmalab.vtd;

import java.io.IOException;
import java.io.InputStream;
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
import org.dmalab.api.Tool;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.Event;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Store;
import org.dmalab.vtd.hardware.DmaPath;
import org.dmalab.vtd.hardware.DmaStream;
import org.dmalab.vtd.hardware.DmarException;
import org.dmalab.vtd.hardware.DmarReader;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarWriter;
import org.dmalab.vtd.hardware.Doorbells;
import org.dmalab.vtd.hardware.EntryFetches;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.hardware.MachineMemory;
import org.dmalab.vtd.hardware.MessageInterrupt;
import org.dmalab.vtd.hardware.PciDevice;
import org.dmalab.vtd.hardware.PciSpace;
import org.dmalab.vtd.hardware.PciTree;
import org.dmalab.vtd.hardware.RegisterBus;
import org.dmalab.vtd.hardware.SmartArray;
import org.dmalab.vtd.hardware.Units;
import org.dmalab.vtd.kernel.Boot;
import org.dmalab.vtd.kernel.BootParameters;
import org.dmalab.vtd.kernel.FaultHandler;
import org.dmalab.vtd.kernel.HotMemory;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.QueuedFlush;
import org.dmalab.vtd.kernel.RegisterFlush;
import org.dmalab.vtd.kernel.Traffic;
import org.dmalab.vtd.kernel.VtdKernel;
import org.dmalab.vtd.tool.DmarInput;
import org.osgi.service.component.annotations.Component;

/**
 * Intel VT-d: a PC with the remapping units of its DMAR table; unless told otherwise with a RAID controller at 02:00.0,
 * a network card at 00:05.0, and a USB controller at 80:14.0.
 */
@Component(service = Architecture.class, property = "dmalab.arch=vtd")
public final class VtdArchitecture implements Architecture {
    private static final long LEAST_BOOT_BYTES = 128L << 20;

    @Override
    public String name() {
        return "vtd";
    }

    @Override
    public String title() {
        return "Intel VT-d: DMA remapping with context tables, IOTLB and their flushes";
    }

    @Override
    public List<Preset> presets() {
        return VtdPresets.presets();
    }

    @Override
    public List<Preset> profiles() {
        return VtdPresets.profiles();
    }

    @Override
    public List<Parameter> parameters() {
        return VtdParameters.parameters();
    }

    @Override
    public List<String> fileParameters() {
        return List.of(VtdParameters.DMAR, VtdParameters.CAPS, VtdParameters.DEVICES);
    }

    @Override
    public Map<String, List<String>> listParameters() {
        return Map.of(VtdParameters.DEVICES, VtdDevices.KEYS);
    }

    @Override
    public List<ServiceKind> services() {
        return List.of(ServiceKind.IOMMU, ServiceKind.CACHE_FLUSH, ServiceKind.MEMORY_NOTIFIER);
    }

    @Override
    public Object builtIn(MachineSpec spec, ServiceKind kind) {
        return switch (kind) {
            case CACHE_FLUSH -> spec.number("invalidation") == 0 ? new RegisterFlush() : new QueuedFlush();
            case MEMORY_NOTIFIER -> new VtdKernel.Mainline();
            default -> null;
        };
    }

    @Override
    public List<Failure> failures() {
        return List.of(new NoPage());
    }

    @Override
    public Machine create(MachineSpec spec, Services services) {
        long processorCount = between("processors", spec.number("processors"), 1, 8);
        boolean queued = between("invalidation", spec.number("invalidation"), 0, 1) != 0;
        if (between("scalable", spec.number("scalable"), 0, 1) != 0 && !queued) {
            throw new IllegalArgumentException("scalable: 1, but invalidation: 0: in scalable mode the kernel flushes "
                    + "by queue: expected invalidation: 1");
        }
        byte[] tableBytes = table(spec);
        DmarTable table = read(tableBytes);
        PciTree tree = VtdDevices.of(spec, table);
        Store store = new Store();
        Emitter emitter = new Emitter();
        long ramBytes = spec.number("ramBytes");
        MachineMemory memory = new MachineMemory(store, emitter, ramBytes,
                (int) between("cpuCacheLines", spec.number("cpuCacheLines"), 0, 4096));
        KernelMemory kernel = KernelLayout.declare(store);
        Processors processors = new Processors(store, (int) processorCount);
        MessageInterrupt interrupt = (address, data) -> {
            long unit = (data & 0xff) - Boot.MESSAGE_VECTOR;
            if (unit >= 0 && unit < KernelLayout.UNITS) {
                processors.post((int) ((address >>> 12 & 0xff) % processorCount), FaultHandler.VECTOR, data);
            }
        };
        between("ats", spec.number("ats"), 0, 1);
        Units units = new VtdUnits(spec, table, tree).make(store, memory, emitter, interrupt);
        DmaPath dma = new DmaPath(units, memory, emitter, interrupt);
        PciSpace config = new PciSpace(store, VtdModel.CONTROLLER_BASE, tree, units);
        SmartArray controller = new SmartArray(store, PciSpace.CONTROLLER, dma, config);
        DmaStream stream = new DmaStream(store, dma);
        RegisterBus bus = new RegisterBus(units, controller, VtdModel.CONTROLLER_BASE, stream,
                new Doorbells(dma, tree));
        byte[] finished = DmarWriter.withChecksum(tableBytes);
        for (int i = 0; i < finished.length; i++) {
            memory.put(VtdModel.DMAR_ADDRESS + i, 1, finished[i]);
        }
        VtdModel model = new VtdModel(memory, units, tree, controller, VtdModel.CONTROLLER_BASE, stream,
                bootParameters(spec, tree));
        return new Machine(new Machine.Parts(spec, store, emitter, kernel, processors,
                new Ports(new LinearMap(memory, emitter), bus, null, config, dma), FaultHandler::handle,
                        controller::step, model), services);
    }

    private static BootParameters bootParameters(MachineSpec spec, PciTree tree) {
        long added = spec.number("hotplugBytes");
        if (added < 0 || (added & HotMemory.BLOCK_BYTES - 1) != 0
                || spec.number("ramBytes") - added < LEAST_BOOT_BYTES) {
            throw new IllegalArgumentException("hotplugBytes: " + added + ", expected a multiple of 128M that leaves "
                    + "128M of ramBytes to boot with");
        }
        return new BootParameters(spec.number("ramBytes") - added, VtdModel.DMAR_ADDRESS,
                between("deferredUnmap", spec.number("deferredUnmap"), 0, 1) != 0,
                between("identity", spec.number("identity"), 0, 1) != 0, spec.number("scalable") != 0,
                tree.devices().stream().filter(PciDevice::bridge).map(bridge -> new BootParameters.Bridge(
                        bridge.sourceId(), bridge.firstBus(), bridge.lastBus(), bridge.passes(-1))).toList());
    }

    static long between(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + ", expected "
                    + (least == most ? Long.toString(least) : least + " to " + most));
        }
        return value;
    }

    private byte[] table(MachineSpec spec) {
        if (spec.file(VtdParameters.DMAR) != null) {
            try {
                return DmarReader.withoutPadding(DmarInput.table(spec.file(VtdParameters.DMAR)));
            } catch (Tool.BadInput e) {
                throw new IllegalArgumentException(VtdParameters.DMAR + ": " + e.getMessage(), e);
            }
        }
        String resource = presets().stream().filter(preset -> preset.name().equals(spec.preset()))
                .map(preset -> preset.files().get(VtdParameters.DMAR)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("preset " + spec.preset() + " has no DMAR table: "
                        + "expected a file for the parameter dmar"));
        try (InputStream in = VtdArchitecture.class.getResourceAsStream(resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + resource, e);
        }
    }

    private static DmarTable read(byte[] table) {
        try {
            return DmarReader.read(table);
        } catch (DmarException e) {
            throw new IllegalArgumentException(VtdParameters.DMAR + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> devices(MachineSpec spec) {
        return VtdDevices.of(spec, read(table(spec))).devices().stream().filter(device -> !device.bridge())
                .map(device -> Actor.bdf(device.sourceId())).toList();
    }

    @Override
    public List<Spontaneous> spontaneous(Machine machine) {
        VtdModel model = machine.model(VtdModel.class);
        return List.of(model.memory().dirtyLines(), new EntryFetches(model.units()));
    }

    @Override
    public String describe(Machine machine, Event event) {
        return VtdWords.describe(machine.model(VtdModel.class), event);
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                count("contextFlushes", "flushes of the context cache", HardwareEvent.CONTEXT_FLUSHED),
                count("iotlbFlushes", "flushes of the IOTLB", HardwareEvent.IOTLB_FLUSHED),
                count("translations", "addresses translated", HardwareEvent.TRANSLATED),
                new Metric("walks", "translations that were not in the IOTLB",
                        (kind, a, b, c, d, e, result) -> kind == HardwareEvent.TRANSLATED
                                && (c & HardwareEvent.IOTLB_HIT) == 0
                                ? 1 : 0),
                count("tableReads", "table entries that the unit read", HardwareEvent.TABLE_READ),
                count("faultsRecorded", "faults recorded by the unit", HardwareEvent.FAULT_RECORDED),
                count("registerWrites", "register writes by the kernel", Op.REG_WRITE),
                count("cacheLineFlushes", "cache lines flushed by the kernel", Op.CACHE));
    }

    private static Metric count(String name, String summary, int eventKind) {
        return new Metric(name, summary, (kind, a, b, c, d, e, result) -> kind == eventKind ? 1 : 0);
    }

    @Override
    public List<Step> bootSteps() {
        return List.of(new Step("kernel.boot", Map.of()), new Step("driver.probe", Map.of("device", "02:00.0")));
    }

    @Override
    public long traffic(Machine machine, long sequence) {
        return Traffic.next(machine.cpu(0, Level.USER));
    }

    @Override
    public long trafficSeen(Machine machine) {
        return machine.kernel().load(KernelLayout.TRAFFIC_COUNT.address(), 8);
    }
}
