package org.dmalab.pseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Metric;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Oracle;
import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.pseries.action.KernelBoot;
import org.dmalab.pseries.hardware.HardwareEvent;
import org.dmalab.pseries.hardware.Papr;
import org.dmalab.pseries.hardware.TceTables;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout;
import org.dmalab.pseries.kernel.KernelEvent;
import org.dmalab.pseries.kernel.Memblock;
import org.dmalab.pseries.kernel.PciDevices;
import org.dmalab.pseries.kernel.WindowList;
import org.dmalab.pseries.oracle.HypervisorLives;
import org.dmalab.pseries.oracle.NoStaleTce;
import org.dmalab.pseries.patch.DdwDisabled;

/** A whole machine: traffic, swaps, reset, saving, words, and what a bundle says about itself. */
class MachineTest {
    private static final String[] PATCHES = {"all-windows", "direct-only", "pmem-guard", "limited-mask",
        "ddw-disabled"};

    @Property(tries = 20)
    void trafficGoesOnUnderSwaps(@ForAll @Size(min = 1, max = 40) List<@IntRange(max = 4) Integer> patches) {
        Rig rig = Rig.qemu(Rig.variant("limited-mask")).booted();
        long before = rig.architecture.trafficSeen(rig.machine);
        long calls = 0;
        for (int patch : patches) {
            rig.use(Rig.variant(PATCHES[patch]));
            assertEquals(0, rig.architecture.traffic(rig.machine, calls++));
            assertEquals(before + calls, rig.architecture.trafficSeen(rig.machine));
            assertEquals(calls % 2 == 1 ? 0 : 0x3f000003, rig.partition().tables().tce(1, 63));
        }
        assertEquals(List.of(), rig.end());
    }

    /** Two variants that must answer the same, one after the other on one machine or each on its own. */
    @Property(tries = 15)
    void rollingBackLeavesNothing(@ForAll @IntRange(max = 4) int patch, @ForAll @IntRange(max = 3) int what) {
        Rig rig = Rig.qemu(Rig.variant(PATCHES[patch])).booted();
        long mark = rig.machine.store().mark();
        long before = rig.machine.store().fingerprint();
        String[][] steps = {{"memory.online", "start", "0x40000000", "size", "256M"},
            {"memory.offline", "start", "0x30000000", "size", "256M"}, {"device.remove", "device", "00:00.0"},
            {"dma.transfer", "device", "00:00.0"}};
        assertTrue(rig.run(steps[what][0], Arrays.copyOfRange(steps[what], 1, steps[what].length)) >= 0);
        assertFalse(rig.machine.store().changesSince(mark).isEmpty());
        rig.machine.store().rollback(mark);
        assertEquals(before, rig.machine.store().fingerprint());
        rig.machine.store().release();
        assertEquals(before, rig.machine.store().fingerprint());
    }

    @Example
    void aCallThatNobodyAnswersIsNotSeen() {
        Rig rig = Rig.qemu(Rig.variant("limited-mask")).booted();
        assertEquals(0, rig.architecture.traffic(rig.machine, 0));
        rig.use(new Lossy());
        assertEquals(0, rig.architecture.traffic(rig.machine, 1));
        assertEquals(1, rig.architecture.trafficSeen(rig.machine));
    }

    /** A switch that drops calls of the notifier looks like this from the kernel. */
    private static final class Lossy implements MemoryNotifier, DmaWindows,
            Iommu {
        private final DdwDisabled rest = new DdwDisabled();

        @Override
        public long notify(Cpu cpu, int action, long startPfn, long pageCount) {
            return 0;
        }

        @Override
        public long enable(Cpu cpu, long device, long mask) {
            return rest.enable(cpu, device, mask);
        }

        @Override
        public long remove(Cpu cpu, long node) {
            return rest.remove(cpu, node);
        }

        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long size,
                Direction direction) {
            return rest.map(cpu, domain, bus, physical, size, direction);
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long size,
                Direction direction) {
            return rest.unmap(cpu, domain, bus, size, direction);
        }
    }

    @Example
    void trafficNeedsAKernel() {
        Rig rig = Rig.qemu(Rig.variant("limited-mask"));
        assertEquals(Errno.ENODEV, rig.architecture.traffic(rig.machine, 0));
        Map<String, String> values = Map.of("device", "00:00.0", "start", "1", "size", "1", "capacity", "1");
        for (String name : List.of("device.probe", "device.remove", "memory.online", "memory.offline", "pmem.online",
                "kernel.fault", "partition.migrate", "dma.transfer", "window.show")) {
            Map<String, String> needed = new TreeMap<>(values);
            needed.keySet().retainAll(Rig.action(name).parameters().stream().map(Parameter::name).toList());
            assertTrue(assertThrows(NotReadyException.class, () -> rig.run(name, needed)).getMessage()
                    .contains("kernel.boot"), name);
        }
    }

    @Example
    void theUsualPresetCarriesTraffic() {
        Rig rig = Rig.lpar(Rig.variant("limited-mask"));
        for (Architecture.Step step : rig.architecture.bootSteps()) {
            assertEquals(0, rig.run(step.action(), step.values()));
        }
        assertEquals(0, rig.architecture.traffic(rig.machine, 0));
        assertEquals(0, rig.partition().tables().tce(1, 0x6940000000L >>> 21));
        assertEquals(0, rig.architecture.traffic(rig.machine, 1));
        assertEquals(0x6940000003L, rig.partition().tables().tce(1, 0x6940000000L >>> 21));
        assertEquals(List.of(), rig.end());
    }

    @Example
    void savedMachinesGoOn() throws IOException {
        Rig rig = Rig.qemu(Rig.variant("limited-mask")).booted();
        rig.architecture.traffic(rig.machine, 0);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        rig.machine.store().save(new DataOutputStream(bytes));
        Rig other = Rig.qemu(Rig.variant("limited-mask"));
        other.machine.store().load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertEquals(rig.machine.store().fingerprint(), other.machine.store().fingerprint());
        assertEquals(0, other.architecture.traffic(other.machine, 1));
        assertEquals(0x3f000003, other.partition().tables().tce(1, 63));
    }

    @Example
    void resetForgetsTheKernelAndKeepsMemory() {
        Rig rig = Rig.qemu(Rig.variant("limited-mask")).booted();
        rig.cpu().write(0x6000000, 8, Endian.BIG, 42);
        rig.cpu().irqSave();
        assertEquals(0, rig.run("machine.reset"));
        assertEquals(42, rig.cpu().read(0x6000000, 8, Endian.BIG));
        assertFalse(rig.machine.processors().irqsOff(0));
        assertEquals(0, rig.cpu().load(KernelLayout.SYSTEM_RUNNING));
        assertEquals(0, rig.partition().tables().entries(1));
        assertEquals(1, rig.resets());
        rig.booted();
        assertTrue(WindowList.isDirect(rig.cpu(), WindowList.first(rig.cpu())));
        assertEquals(List.of(), rig.end());
        rig.run("machine.reset");
        assertEquals(List.of(), rig.end());
        Rig pmem = new Rig(Rig.variant("limited-mask"), "qemu-2G-nvdimm", "qemu-7.2", Map.of()).booted();
        pmem.run("machine.reset");
        pmem.booted();
        assertEquals(2L << 30, Memblock.endOfDram(pmem.cpu()));
    }

    @Example
    void pmemBelowTheMaximumIsMappedLikeMemory() {
        Rig rig = new Rig(Rig.variant("pmem-guard"), "qemu-2G-nvdimm", "qemu-7.2", Map.of()).booted();
        assertEquals(0, rig.run("pmem.online", "start", "4G", "size", "1G"));
        assertEquals((4L << 30) + 3, rig.partition().tables().tce(1, 256));
        assertEquals(List.of(), rig.end());
    }

    @Example
    void stuffingMoreThan512IsRefusedByNewFirmwareAndAskedForByOldKernels() {
        for (String patch : List.of("all-windows", "direct-only")) {
            Rig rig = new Rig(Rig.variant(patch), "qemu-1G-maxmem8G", "powervm", Map.of("pageSizeMask", 1L,
                    "largestBlockTces", 16L));
            rig.run("kernel.boot");
            rig.run("device.probe", "device", "00:00.0", "mask", "32");
            assertEquals(1 << 20, rig.run("dma.transfer", "device", "00:00.0", "length", "1M"));
            assertEquals(256, rig.run("dma.transfer", "device", "00:00.0", "address", "0x5000008"));
            long table = rig.cpu().load(PciDevices.find(rig.cpu(), 0),
                    PciDev.TABLE);
            Object variant = Rig.variant(patch);
            ((Iommu) variant).unmap(rig.cpu(), table, 0x100000, 0x400000,
                    Direction.BIDIRECTIONAL);
            assertEquals(patch.equals("direct-only"), rig.violations.isEmpty(), () -> rig.violations.toString());
            assertEquals(patch.equals("all-windows"), rig.dmesg().contains("tce_freemulti_pSeriesLP: plpar_tce_stuff"
                    + " failed"));
        }
    }

    @Example
    void transfersThatCanNotBe() {
        Rig rig = Rig.qemu(Rig.variant("ddw-disabled")).booted();
        assertThrows(NotReadyException.class, () -> rig.run("dma.transfer", "device", "00:00.0", "length", "0"));
        assertThrows(NotReadyException.class, () -> rig.run("dma.transfer", "device", "00:00.0", "length", "2M"));
        assertThrows(NotReadyException.class, () -> rig.run("dma.transfer", "device", "00:00.0", "length", "7"));
        assertEquals(Errno.EINVAL, rig.run("dma.transfer", "device", "00:00.0", "address", "1G"));
        assertEquals(Errno.EINVAL, rig.run("dma.transfer", "device", "00:00.0", "address", "0x3fffff80"));
        assertThrows(NotReadyException.class, () -> rig.run("dma.transfer", "device", "00:00.0", "address", "4"));
        assertThrows(NotReadyException.class, () -> rig.run("dma.transfer", "device", "00:01.0"));
        assertThrows(NotReadyException.class, () -> rig.run("device.dma", "device", "00:01.0", "address", "0"));
        assertThrows(NotReadyException.class, () -> rig.run("device.remove", "device", "01:00.0"));
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0", "direction", "to-device"));
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0", "direction", "from-device"));
        assertEquals(0, rig.run("device.dma", "device", "00:00.0", "address", "0x1000"));
        assertEquals(0, rig.run("device.dma", "device", "00:00.0", "address", "0x1000", "direction", "write"));
        assertEquals(2, rig.count(EventKind.DMA_FAULT));
        rig.cpu().hcall(Papr.H_PUT_TCE, 0x80000000L, 0x1000, 0x6000003, 0);
        assertEquals(8, rig.run("device.dma", "device", "00:00.0", "address", "0x1000"));
        assertThrows(NotReadyException.class, () -> rig.run("kernel.fault", "times", "4294967296"));
        assertEquals(1, rig.run("window.show"));
    }

    @Example
    void aDeviceThatIsRefusedTellsItsDriver() {
        Rig rig = Rig.qemu(Rig.variant("limited-mask")).booted();
        rig.use(Rig.variant("inverted-guard"));
        assertEquals(0, rig.run("memory.online", "start", "0x40000000", "size", "256M"));
        assertEquals(Errno.EIO, rig.run("dma.transfer", "device", "00:00.0", "address", "0x40000000"));
        assertEquals(Errno.EIO, rig.run("dma.transfer", "device", "00:00.0", "address", "0x40000000", "direction",
                "from-device"));
        assertTrue(rig.violations.contains("dma-reaches-mapping: bus 0x800000040000000"));
    }

    @Example
    void theLogOfWindows() {
        Rig rig = Rig.lpar(Rig.variant("limited-mask")).booted();
        assertEquals(2, rig.run("window.show"));
        List<String> log = rig.dmesg();
        assertEquals(List.of("hypervisor: liobn 0x80000000 at bus 0x0, 0x40000 TCEs, page shift 12",
                "hypervisor: liobn 0x80000001 at bus 0x800000000000000, 0x40000 TCEs, page shift 21",
                "kernel: liobn 0x80000001 at bus 0x800000000000000, window shift 39, direct"),
                log.subList(log.size() - 3, log.size()));
    }

    @Property(tries = 300)
    void hostileTreesNeverBreakTheMachine(@ForAll @Size(max = 12) List<@IntRange(min = 56, max = 14000) Integer> at,
            @ForAll List<Byte> with) throws IOException {
        byte[] blob;
        try (InputStream in = MachineTest.class.getResourceAsStream("/devicetree/pseries-1G-maxmem4G.dtb")) {
            blob = in.readAllBytes();
        }
        for (int i = 0; i < Math.min(at.size(), with.size()); i++) {
            blob[at.get(i)] = with.get(i);
        }
        PseriesArchitecture architecture = new PseriesArchitecture();
        Map<String, Long> values = new TreeMap<>(architecture.presets().get(1).values());
        values.putAll(architecture.profiles().get(2).values());
        Object variant = Rig.variant("limited-mask");
        Services services = Services.fixed(new Binding((Iommu) variant,
                (DmaWindows) variant, null, (MemoryNotifier) variant));
        try {
            Machine machine = architecture.create(new MachineSpec("pseries", "x", "qemu-7.2",
                    "embedded", values, Map.of("deviceTree", blob)), services);
            Cpu cpu = machine.cpu(0, Level.USER);
            assertEquals(0, new KernelBoot().run(machine, cpu, new Values(Map.of())));
            PciDevices.probe(cpu, 0, 1, 1, -1L, true);
        } catch (IllegalArgumentException | KernelBug error) {
            assertFalse(error.getMessage().isEmpty());
        }
    }

    @Example
    void whatTheBundleSaysAboutItself() {
        PseriesArchitecture architecture = new PseriesArchitecture();
        assertEquals("pseries", architecture.name());
        assertFalse(architecture.title().isEmpty());
        assertEquals("lpar-422G", architecture.presets().get(0).name());
        assertEquals(List.of("powervm", "kvm", "qemu-7.0", "qemu-7.2"),
                architecture.profiles().stream().map(Preset::name).toList());
        assertEquals(List.of("deviceTree"), architecture.fileParameters());
        assertEquals(List.of(ServiceKind.IOMMU, ServiceKind.DMA_WINDOWS, ServiceKind.MEMORY_NOTIFIER),
                architecture.services());
        Set<String> known = new HashSet<>(architecture.parameters().stream().map(Parameter::name).toList());
        for (Preset preset : architecture.presets()) {
            assertTrue(known.containsAll(preset.values().keySet()), preset.name());
            assertFalse(preset.source().isEmpty());
            new Rig(Rig.variant("limited-mask"), preset.name(), "powervm", Map.of());
        }
        for (Preset profile : architecture.profiles()) {
            assertTrue(known.containsAll(profile.values().keySet()), profile.name());
        }
        for (Action action : Rig.actions()) {
            assertTrue(action.name().matches("[a-z]+\\.[a-z]+"), action.name());
            assertFalse(action.summary().isEmpty() || action.summary().endsWith("."), action.name());
        }
    }

    @Example
    void metricsCount() {
        Rig rig = Rig.qemu(Rig.variant("ddw-disabled")).booted();
        rig.run("dma.transfer", "device", "00:00.0", "address", "0x5000008", "length", "4K");
        rig.cpu().hcall(1, 0, 0, 0, 0);
        Map<String, Long> sums = new TreeMap<>();
        for (Metric metric : rig.architecture.metrics()) {
            sums.put(metric.name(), rig.events.stream().mapToLong(event -> metric.counter().count(event.kind(),
                    event.a(), event.b(), event.c(), event.d(), event.e(), event.result())).sum());
        }
        assertEquals(Map.of("hypercalls", 512L + 3, "hypercallsRefused", 1L, "tcesPut", 2L, "tcesStuffed",
                512L * 512 + 2, "rtasCalls", 0L), sums);
        assertEquals(1, rig.architecture.metrics().get(4).counter().count(Op.RTAS, 0, 0, 0, 0, 0, 0));
    }

    private static String words(Rig rig, int kind, long a, long b, long c, long d) {
        return rig.architecture.describe(rig.machine, new Event(1, 0, kind, 0, a, b, c, d, 0, 0));
    }

    @Example
    void wordsForEvents() {
        Rig rig = Rig.qemu(Rig.variant("limited-mask")).booted();
        rig.run("memory.online", "start", "0x40000000", "size", "256M");
        List<String> words = rig.words(0);
        assertTrue(words.contains("ibm,query-pe-dma-window = 0, 1 windows available, largest block 0x2000000000 TCEs"));
        assertTrue(words.contains("ibm,create-pe-dma-window(page shift 24, window shift 33) = 0, liobn 0x80000001"));
        assertTrue(words.contains("window 0x80000001 opened: 0x200 TCEs of 16M at bus 0x800000000000000"));
        assertTrue(words.contains("H_STUFF_TCE(liobn 0x80000000, ioba 0x3fe00000, tce 0x0, 512 TCEs) = H_SUCCESS"));
        assertTrue(words.contains("set-indicator(drc index 0x80000004, 1) = 0"));
        assertTrue(words.contains("memory [0x40000000-0x4fffffff] assigned"));
        assertTrue(words.contains("memory block [0x40000000-0x4fffffff] is on line"));
        assertEquals("memory [0x0-0xffffff] taken away", words(rig, HardwareEvent.MEMORY_ASSIGNED, 0, 1 << 24, 0, 0));
        assertEquals("memory block [0x0-0xffffff] is off line", words(rig, KernelEvent.MEMORY_BLOCK, 0, 1 << 24, 0, 0));
        assertEquals("window 0x1 closed", words(rig, HardwareEvent.TABLE_DISABLED, 1, 0, 0, 0));
        assertEquals("window 0x1 opened: 0x2 TCEs of 16G at bus 0x0", words(rig, HardwareEvent.TABLE_ENABLED, 1, 34, 2,
                0));
        assertEquals("window 0x1 opened: 0x2 TCEs of 64K at bus 0x0", words(rig, HardwareEvent.TABLE_ENABLED, 1, 16, 2,
                0));
        assertEquals("EEH: PHB 0 frozen", words(rig, HardwareEvent.PE_FROZEN, 0, 0, 0, 0));
        assertEquals("partition reset", words(rig, HardwareEvent.RESET, 0, 0, 0, 0));
        assertEquals("ibm,remove-pe-dma-window(liobn 0x5) = -3", words(rig, HardwareEvent.RTAS, 0x2028, -3, 5, 0));
        assertEquals("ibm,create-pe-dma-window(page shift 16, window shift 30) = -1", words(rig, HardwareEvent.RTAS,
                0x2027, -1, 16 << 8 | 30, 0));
        assertEquals("ibm,reset-pe-dma-window(limited addresses) = 0", words(rig, HardwareEvent.RTAS, 0x2029, 0, 5, 1));
        assertEquals("ibm,reset-pe-dma-window(default window) = 0", words(rig, HardwareEvent.RTAS, 0x2029, 0, 5, 0));
        assertEquals("RTAS 0x9 = -3", words(rig, HardwareEvent.RTAS, 9, -3, 0, 0));
        assertEquals("ibm,create-pe-dma-window refused with status -3", words(rig, EventKind.COMMAND_REFUSED, 0x2027,
                -3, 0, 0));
        assertEquals("cpu0 reads bus 0x1000: no window there", words(rig, EventKind.DMA_FAULT, 0x1000, 0, 1, 0));
        assertEquals("cpu0 writes bus 0x1000: the TCE does not permit it", words(rig, EventKind.DMA_FAULT, 0x1000, 1, 2,
                0));
        assertEquals("H_PUT_TCE(liobn 0x1, ioba 0x2, tce 0x3) = H_SUCCESS", words(rig, Op.HCALL, 0x20, 1, 2, 3));
        assertEquals("H_GET_TCE(liobn 0x1, ioba 0x2) = H_SUCCESS", words(rig, Op.HCALL, 0x1c, 1, 2, 3));
        assertEquals("hypercall 0x4(0x1, 0x2, 0x3, 0x0) = H_SUCCESS", words(rig, Op.HCALL, 4, 1, 2, 3));
        assertEquals("", words(rig, Op.LOAD, 0, 0, 0, 0));
        for (String action : List.of("1 MEM_ONLINE", "2 MEM_GOING_OFFLINE", "4 MEM_OFFLINE", "8 MEM_GOING_ONLINE",
                "16 MEM_CANCEL_ONLINE", "32 MEM_CANCEL_OFFLINE", "3 action 3")) {
            String[] parts = action.split(" ", 2);
            assertEquals("memory_notify(" + parts[1] + ", [0x0-0xffff]): NOTIFY_OK", words(rig,
                    KernelEvent.MEMORY_NOTIFY, Long.parseLong(parts[0]), 0, 1, 1));
        }
        assertTrue(words(rig, KernelEvent.MEMORY_NOTIFY, 8, 0, 1, 0x800d).endsWith("stopped with -12"));
        assertTrue(words(rig, KernelEvent.MEMORY_NOTIFY, 8, 0, 1, 0).endsWith("not handled"));
        assertEquals("H_HARDWARE H_FUNCTION H_NOT_ENOUGH_RESOURCES -9", Papr.codeName(-1) + " " + Papr.codeName(-2)
                + " " + Papr.codeName(-44) + " " + Papr.codeName(-9));
    }

    @Example
    void oraclesFail() {
        Rig rig = Rig.qemu(Rig.variant("cancel-forgotten")).booted();
        rig.run("kernel.fault", "what", "page-ext-notifier");
        rig.run("memory.online", "start", "0x40000000", "size", "256M");
        assertEquals(List.of("no-stale-tce: 16 TCEs of window 0x80000001 reach memory that is not on line, the first at"
                + " bus 0x800000040000000: TCE 0x40000003"), rig.end());
        Rig crash = new Rig(Rig.variant("pmem-guard"), "qemu-512M", "qemu-7.2", Map.of()).booted();
        crash.run("machine.reset");
        crash.run("kernel.boot");
        assertEquals(Long.MIN_VALUE, crash.run("device.probe", "device", "00:00.0"));
        assertTrue(crash.violations.stream().anyMatch(text -> text.startsWith("hypervisor-lives: the hypervisor aborts"
                + " at the window 0x80000001")), () -> crash.violations.toString());
        assertTrue(crash.words(0).stream().anyMatch(text -> text.startsWith("the hypervisor aborts: memory_region")));
        for (Oracle oracle : List.of(new HypervisorLives(), new NoStaleTce())) {
            assertEquals("pseries", oracle.arch());
            assertFalse(oracle.summary().isEmpty());
        }
    }

    @Example
    void aTceThatReachesIntoAnOnlineNeighbourIsNotStale() {
        Rig rig = Rig.qemu(Rig.variant("limited-mask")).booted();
        assertEquals(0, rig.run("memory.offline", "start", "0x20000000", "size", "256M"));
        TceTables tables = rig.partition().tables();
        assertEquals(0, tables.tce(1, 0x20));
        assertEquals(List.of(), rig.end());
        rig.cpu().hcall(Papr.H_PUT_TCE, 0x80000001L, 0x800000020000000L, 0x20000003, 0);
        assertEquals(1, rig.end().size());
    }
}
