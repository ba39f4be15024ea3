package org.dmalab.pseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.pseries.RecordedTraces.Call;
import org.dmalab.pseries.hardware.HardwareEvent;
import org.dmalab.pseries.hardware.Papr;
import org.dmalab.pseries.hardware.PlatformRequest;
import org.dmalab.pseries.hardware.TceTables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hypercalls against those of real kernels under QEMU 7.2: in order, with every argument but the list's address. */
class RecordedRunTest {
    /** What the machine did, as a trace has it. The last TCE is the one in the table, where the call was accepted. */
    private static List<Call> calls(Rig rig, int from) {
        return calls(rig, from, rig.events.size());
    }

    private static List<Call> calls(Rig rig, int from, int to) {
        List<Call> calls = new ArrayList<>();
        for (Event event : rig.events.subList(from, to)) {
            if (event.kind() == HardwareEvent.TABLE_ENABLED && event.a() != 0x80000000L) {
                calls.add(new Call("create", event.a(), event.d(), event.c() << event.b(), 1L << event.b()));
            } else if (event.kind() == Op.HCALL && !PlatformRequest.is(event.a())) {
                assertEquals(0, event.result());
                calls.add(call(event));
            }
        }
        return calls;
    }

    /** The same with the queries. */
    private static List<Call> everyCall(Rig rig, int from) {
        List<Call> calls = new ArrayList<>();
        for (int i = from; i < rig.events.size(); i++) {
            Event event = rig.events.get(i);
            if (event.kind() == HardwareEvent.RTAS && event.a() == rig.partition().rtas().tokens().query()) {
                calls.add(new Call("query", event.c(), 0, 0, 0));
            } else {
                calls.addAll(calls(rig, i, i + 1));
            }
        }
        return calls;
    }

    private static Call call(Event event) {
        if (event.a() == Papr.H_STUFF_TCE) {
            return new Call("stuff", event.b(), event.c(), event.e(), event.d());
        } else if (event.a() == Papr.H_PUT_TCE) {
            return new Call("put", event.b(), event.c(), 1, event.d());
        }
        assertEquals(Papr.H_PUT_TCE_INDIRECT, event.a());
        // The list is read when the event happens; a direct mapping says what its last entry was.
        return new Call("indirect", event.b(), event.c(), event.e(), 0);
    }

    private static List<Call> withoutTces(List<Call> calls) {
        return calls.stream().map(call -> call.kind().equals("indirect")
                ? new Call(call.kind(), call.liobn(), call.ioba(), call.count(), 0) : call).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"all-windows-chunked", "direct-only", "pmem-guard", "limited-mask"})
    void hotplugEqualsTheRecordedKernel(String patch) {
        List<Call> recorded = RecordedTraces.boot("k6.1-xhci-full", 0);
        assertEquals(512 + 1 + 4 + 2, recorded.size());
        Rig rig = Rig.qemu(Rig.variant(patch));
        assertEquals(0, rig.run("kernel.boot"));
        assertEquals(0, rig.run("device.probe", "device", "00:00.0", "driver", "xhci_hcd"));
        assertEquals(0, rig.run("memory.online", "start", "0x40000000", "size", "256M"));
        assertEquals(0, rig.run("memory.online", "start", "0x50000000", "size", "512M"));
        TceTables tables = rig.partition().tables();
        for (Call call : recorded) {
            if (call.kind().equals("indirect")) {
                long last = (call.ioba() - 0x800000000000000L >>> 24) + call.count() - 1;
                assertEquals(call.tce(), tables.tce(1, last));
            }
        }
        assertEquals(0, rig.run("memory.offline", "start", "0x50000000", "size", "512M", "remove", "true"));
        assertEquals(withoutTces(recorded), calls(rig, 0));
        assertEquals(List.of(), rig.end());
    }

    /** One boot: the driver binds, memory comes and goes, or buffers are mapped that the driver keeps. */
    private static void boot(Rig rig, String driver, String steps) {
        assertEquals(0, rig.run("kernel.boot"));
        assertEquals(0, rig.run("device.probe", "device", "00:00.0", "driver", driver));
        for (String step : steps.isEmpty() ? new String[0] : steps.split(" ")) {
            String[] words = step.split(":");
            long result = switch (words[0]) {
                case "add" -> rig.run("memory.online", "start", words[1], "size", words[2]);
                case "remove" -> rig.run("memory.offline", "start", words[1], "size", words[2], "remove", "true");
                default -> rig.run("dma.map", "device", "00:00.0", "address", words[1], "length", "64K");
            };
            assertTrue(result >= 0, step);
        }
    }

    /**
     * Every hypercall and every RTAS call of two boots, as far as a trace has them: two kernels, two drivers, three
     * machines. Debian's 6.1 has the chunks of 6.5, its 6.12 the patches of 6.15.
     */
    @ParameterizedTest
    @CsvSource({
        "k6.1-xhci-full, all-windows-chunked, xhci_hcd, , , add:1G:256M add:0x50000000:512M remove:0x50000000:512M",
        "k6.12-xhci-full, limited-mask, xhci_hcd, , , add:1G:256M add:0x50000000:512M remove:0x50000000:512M",
        "k6.1-nvme-full, all-windows-chunked, nvme, , , add:1G:256M",
        "k6.12-pgsz64k-maxmem8G, limited-mask, xhci_hcd, pageSizeMask, 3, add:1G:256M",
        "k6.1-xhci-1G-reboot, all-windows-chunked, xhci_hcd, lrdrCapacityBytes, 0, ",
        "k6.12-xhci-1G-reboot, limited-mask, xhci_hcd, lrdrCapacityBytes, 0, map:64M map:80M map:96M",
        "k6.12-xhci-1G-disable_ddw, ddw-disabled, xhci_hcd, , , map:64M map:80M map:96M"})
    void everyCallIsTheRecordedOne(String trace, String patch, String driver, String parameter, Long value,
            String steps) {
        Rig rig = new Rig(Rig.variant(patch), "qemu-1G-maxmem8G", "qemu-7.2",
                parameter == null ? Map.of() : Map.of(parameter, value));
        boot(rig, driver, steps == null ? "" : steps);
        assertEquals(withoutTces(RecordedTraces.everyCall(trace, 0)), everyCall(rig, 0));
        assertEquals(0, rig.run("machine.reset"));
        int from = rig.events.size();
        boot(rig, driver, steps == null || steps.startsWith("add") ? "" : steps);
        assertEquals(withoutTces(RecordedTraces.everyCall(trace, 1)), everyCall(rig, from));
    }

    /** What the kernels print of DMA windows and memory, in two boots. */
    @ParameterizedTest
    @CsvSource({
        "k6.1-xhci-full, all-windows-chunked, , , add:1G:256M add:0x50000000:512M remove:0x50000000:512M",
        "k6.12-xhci-full, limited-mask, , , add:1G:256M add:0x50000000:512M remove:0x50000000:512M",
        "k6.12-xhci-1G-reboot, limited-mask, lrdrCapacityBytes, 0, "})
    void theConsoleIsTheRecordedOne(String console, String patch, String parameter, Long value, String steps) {
        Rig rig = new Rig(Rig.variant(patch), "qemu-1G-maxmem8G", "qemu-7.2",
                parameter == null ? Map.of() : Map.of(parameter, value));
        boot(rig, "xhci_hcd", steps == null ? "" : steps);
        assertEquals(0, rig.run("machine.reset"));
        boot(rig, "xhci_hcd", "");
        assertEquals(RecordedTraces.console(console), rig.dmesg());
    }

    @Test
    void rebootKeepsTheMemoryThatWasAdded() {
        List<Call> recorded = RecordedTraces.boot("k6.1-xhci-full", 1);
        assertEquals(512 + 1 + 1, recorded.size());
        Rig rig = Rig.qemu(Rig.variant("direct-only")).booted();
        rig.run("memory.online", "start", "0x40000000", "size", "256M");
        rig.run("memory.online", "start", "0x50000000", "size", "512M");
        rig.run("memory.offline", "start", "0x50000000", "size", "512M", "remove", "true");
        assertEquals(0, rig.run("machine.reset"));
        int from = rig.events.size();
        rig.booted();
        assertEquals(withoutTces(recorded), calls(rig, from));
        assertEquals(80, recorded.get(513).count());
        assertEquals(recorded.get(513).tce(), rig.partition().tables().tce(1, 79));
    }

    @Test
    void pagesOf64KTakeManyHypercalls() {
        List<Call> recorded = RecordedTraces.boot("k6.12-pgsz64k-maxmem8G", 0);
        Rig rig = new Rig(Rig.variant("limited-mask"), "qemu-1G-maxmem8G", "qemu-7.2", Map.of("pageSizeMask", 3L));
        rig.booted();
        rig.run("memory.online", "start", "0x40000000", "size", "256M");
        List<Call> made = calls(rig, 0);
        assertEquals(512 + 1 + 32 + 8, made.size());
        assertEquals(withoutTces(recorded).subList(0, made.size()), made);
    }

    @Test
    void withoutWindowsBuffersAreMappedWhereTheRecordedKernelMapsThem() {
        List<Call> recorded = RecordedTraces.boot("k6.12-xhci-1G-disable_ddw", 0).stream()
                .filter(call -> call.kind().equals("indirect")).limit(3).toList();
        Rig rig = Rig.qemu(Rig.variant("ddw-disabled")).booted();
        List<Long> found = new ArrayList<>();
        for (Call call : recorded) {
            assertEquals(16, call.count());
            int from = rig.events.size();
            assertEquals(0x10000, rig.run("dma.transfer", "device", "00:00.0", "address", "0x6000000", "length",
                    "64K"));
            rig.events.subList(from, rig.events.size()).stream().filter(event -> event.kind() == Op.HCALL
                    && event.a() == Papr.H_PUT_TCE_INDIRECT).forEach(event -> found.add(event.c()));
        }
        assertEquals(recorded.stream().map(Call::ioba).toList(), found);
    }

    @Test
    void kernelPrintsWhatTheRecordedKernelPrinted() {
        Rig rig = Rig.qemu(Rig.variant("direct-only"));
        rig.run("kernel.boot");
        rig.run("device.probe", "device", "00:00.0", "driver", "xhci_hcd");
        rig.run("memory.online", "start", "0x40000000", "size", "256M");
        rig.run("memory.online", "start", "0x50000000", "size", "512M");
        rig.run("memory.offline", "start", "0x50000000", "size", "512M", "remove", "true");
        assertEquals(List.of("IOMMU table initialized, virtual merging enabled",
                "pci 0000:00:00.0: Adding to iommu group 0",
                "xhci_hcd 0000:00:00.0: ibm,query-pe-dma-windows(2026) 0 8000000 20000000 returned 0, lb=2000000000"
                + " ps=107 wn=1",
                "xhci_hcd 0000:00:00.0: ibm,create-pe-dma-window(2027) 0 8000000 20000000 18 21 returned 0"
                + " (liobn = 0x80000001 starting addr = 8000000 0)",
                "pseries-hotplug-mem: Attempting to hot-add 1 LMB(s) at index 80000004",
                "pseries-hotplug-mem: Memory at 40000000 (drc index 80000004) was hot-added",
                "pseries-hotplug-mem: Attempting to hot-add 2 LMB(s) at index 80000005",
                "pseries-hotplug-mem: Memory at 50000000 (drc index 80000005) was hot-added",
                "pseries-hotplug-mem: Memory at 60000000 (drc index 80000006) was hot-added",
                "pseries-hotplug-mem: Attempting to hot-remove 2 LMB(s) at 80000005",
                "pseries-hotplug-mem: Memory at 50000000 (drc index 80000005) was hot-removed",
                "pseries-hotplug-mem: Memory at 60000000 (drc index 80000006) was hot-removed"), rig.dmesg());
    }

    @Test
    void withoutMaxmemTheKernelAsksAsRecorded() {
        Rig limited = new Rig(Rig.variant("limited-mask"), "qemu-512M", "qemu-7.2", Map.of());
        limited.run("kernel.boot");
        limited.run("device.probe", "device", "00:00.0", "driver", "xhci_hcd");
        assertTrue(limited.dmesg().contains("xhci_hcd 0000:00:00.0: ibm,create-pe-dma-window(2027) 0 8000000 20000000"
                + " 18 0 returned -3 (liobn = 0x0 starting addr = 0 0)"), () -> limited.dmesg().toString());
        Rig guard = new Rig(Rig.variant("pmem-guard"), "qemu-512M", "qemu-7.2", Map.of());
        guard.run("kernel.boot");
        guard.run("device.probe", "device", "00:00.0", "driver", "xhci_hcd");
        assertTrue(guard.dmesg().contains("xhci_hcd 0000:00:00.0: ibm,create-pe-dma-window(2027) 0 8000000 20000000"
                + " 18 3d returned -1 (liobn = 0x0 starting addr = 0 0)"), () -> guard.dmesg().toString());
    }
}
