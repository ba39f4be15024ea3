package org.dmalab.pseries.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.dmalab.api.MachineSpec;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.pseries.PseriesArchitecture;
import org.dmalab.pseries.Rig;
import org.dmalab.pseries.hardware.FlatTree.Node;
import org.dmalab.pseries.hardware.FlatTree.Property;
import org.dmalab.pseries.kernel.Pages;
import org.junit.jupiter.api.Test;

/** Memory, DMA through the tables, and what a partition is made from. */
class PartitionTest {
    private static final long LIOBN = 0x80000000L;

    @Test
    void memoryIsReachedByRealAddressAndByLinearMap() {
        LiveCpu cpu = Rig.qemu(Rig.variant("direct-only")).cpu();
        cpu.write(Pages.PAGE_OFFSET + 0x3000001, 8, Endian.BIG, 0x0102030405060708L);
        assertEquals(0x0102, cpu.read(0x3000001, 2, Endian.BIG));
        assertEquals(0x0201, cpu.read(0x3000001, 2, Endian.LITTLE));
        assertEquals(0x08070605, cpu.load(Pages.PAGE_OFFSET + 0x3000005, 4));
    }

    @Test
    void aProcessorFindsNothingOutsideMemory() {
        LiveCpu cpu = Rig.qemu(Rig.variant("direct-only")).cpu();
        for (long address : new long[] {0x40000000, 0x3ffffffd, Pages.PAGE_OFFSET + 0x40000000, 1L << 52, -1}) {
            assertTrue(assertThrows(KernelBug.class, () -> cpu.read(address, 8, Endian.BIG)).getMessage()
                    .startsWith("Machine check: load from 0x"));
            assertTrue(assertThrows(KernelBug.class, () -> cpu.write(address, 8, Endian.BIG, 1)).getMessage()
                    .startsWith("Machine check: store to 0x"));
        }
    }

    @Test
    void assignmentIsRoundedInward() {
        MachineMemory memory = Rig.qemu(Rig.variant("direct-only")).partition().memory();
        memory.assign(0x80000001L, 0x2fffffeL, true);
        assertFalse(memory.isPresent(0x80ffffffL));
        assertTrue(memory.isPresent(0x81000000L));
        assertFalse(memory.isPresent(0x82000000L));
    }

    @Test
    void deviceDmaFollowsTheTces() {
        Rig rig = Rig.qemu(Rig.variant("direct-only"));
        LiveCpu cpu = rig.cpu();
        DmaMaster dma = rig.machine.ports().dma();
        cpu.hcall(Papr.H_PUT_TCE, LIOBN, 0x1000, 0x3000003, 0);
        cpu.hcall(Papr.H_PUT_TCE, LIOBN, 0x2000, 0x3005001, 0);
        cpu.hcall(Papr.H_PUT_TCE, LIOBN, 0x3000, 0x3006002, 0);
        cpu.hcall(Papr.H_PUT_TCE, LIOBN, 0x4000, 0x50000003, 0);
        assertEquals(DmaMaster.Outcome.OK, dma.write(0, 0x1008, 8, 0x1122334455667788L).outcome());
        assertEquals(0x1122334455667788L, cpu.read(0x3000008, 8, Endian.LITTLE));
        assertEquals(new DmaMaster.Access(DmaMaster.Outcome.OK, 0x7788, 0x3000008), dma.read(0, 0x1008, 2));
        assertEquals(DmaMaster.Outcome.FAULT, dma.write(0, 0x2000, 4, 1).outcome());
        assertEquals(DmaMaster.Outcome.OK, dma.read(0, 0x2000, 4).outcome());
        assertEquals(DmaMaster.Outcome.FAULT, dma.read(0, 0x3000, 4).outcome());
        assertEquals(DmaMaster.Outcome.OK, dma.write(0, 0x3000, 4, 1).outcome());
        assertEquals(DmaMaster.Outcome.FAULT, dma.read(0, 0x5000, 4).outcome());
        assertEquals(DmaMaster.Outcome.FAULT, dma.read(0, 0x40000000, 4).outcome());
        assertEquals(DmaMaster.Outcome.FAULT, dma.read(0, 0x800000000000000L, 4).outcome());
        assertEquals(DmaMaster.Outcome.DROPPED, dma.read(0, 0x4000, 4).outcome());
        assertEquals(DmaMaster.Outcome.DROPPED, dma.write(0, 0x4000, 4, 1).outcome());
        assertEquals(5, rig.count(EventKind.DMA_FAULT));
        assertEquals(5, rig.count(HardwareEvent.PE_FROZEN));
        assertEquals(2, rig.count(EventKind.DMA_ABORT));
    }

    @Test
    void anAccessThatCrossesIntoAnotherTceGoesToBothPages() {
        Rig rig = Rig.qemu(Rig.variant("direct-only"));
        LiveCpu cpu = rig.cpu();
        DmaMaster dma = rig.machine.ports().dma();
        cpu.hcall(Papr.H_PUT_TCE, LIOBN, 0x1000, 0x3000003, 0);
        cpu.hcall(Papr.H_PUT_TCE, LIOBN, 0x2000, 0x3008003, 0);
        assertEquals(DmaMaster.Outcome.OK, dma.write(0, 0x1ffe, 4, 0x04030201).outcome());
        assertEquals(0x0201, cpu.read(0x3000ffe, 2, Endian.LITTLE));
        assertEquals(0x0403, cpu.read(0x3008000, 2, Endian.LITTLE));
        assertEquals(0x04030201, dma.read(0, 0x1ffe, 4).value());
        assertEquals(DmaMaster.Outcome.FAULT, dma.read(0, 0x2ffe, 4).outcome());
    }

    @Test
    void aDeviceBehindNoBridgeReachesNothing() {
        Rig rig = Rig.lpar(Rig.variant("direct-only"));
        assertEquals(DmaMaster.Outcome.FAULT, rig.machine.ports().dma().read(0x100, 0x1000, 4).outcome());
    }

    private static IllegalArgumentException refused(String preset, String profile, Map<String, Long> set,
            Map<String, byte[]> files) {
        PseriesArchitecture architecture = new PseriesArchitecture();
        Map<String, Long> values = new java.util.TreeMap<>();
        architecture.presets().stream().filter(one -> one.name().equals(preset))
                .forEach(one -> values.putAll(one.values()));
        architecture.profiles().stream().filter(one -> one.name().equals(profile))
                .forEach(one -> values.putAll(one.values()));
        values.putAll(set);
        return assertThrows(IllegalArgumentException.class, () -> architecture.create(new MachineSpec("pseries",
                preset, profile, "embedded", values, files), Services.fixed(new Binding(null, null, null, null))));
    }

    @Test
    void wrongParametersAreNamed() {
        for (String[] one : new String[][] {{"processors", "0"}, {"processors", "9"}, {"tceCheck", "3"},
            {"tceCheck", "-1"}, {"entryCountBits", "8"}, {"entryCountBits", "65"}, {"windowsPerPe", "0"},
            {"windowsPerPe", "3"}, {"pageSizeMask", "512"}, {"phbCount", "0"}, {"phbCount", "9"}, {"ramBytes", "4096"},
            {"ramBytes", "1073741825"}, {"ramBytes", "2251799813685248"}, {"lmbBytes", "4096"},
            {"lmbBytes", "1610612736"}, {"pmemBytes", "-1"}, {"pmemBytes", "4611686018427387904"},
            {"pmemStart", "-1"}, {"pmemStart", "2251799813685248"}}) {
            String message = refused("lpar-422G", "powervm", Map.of(one[0], Long.parseLong(one[1])), Map.of())
                    .getMessage();
            assertTrue(message.startsWith(one[0] + ": ") && message.contains("expected"), message);
        }
        assertTrue(refused("nothing", "powervm", Map.of("processors", 1L), Map.of()).getMessage()
                .contains("give no ramBytes"));
    }

    private static String refusedTree(Node root) {
        return refused("qemu-1G-maxmem8G", "qemu-7.2", Map.of("lrdrCapacityBytes", -1L),
                Map.of("deviceTree", FlatTreeWriter.write(root))).getMessage();
    }

    @Test
    void hostileTreesAreRefused() {
        Node root = FlatTreeReader.read(FlatTreeTest.blob("pseries-1G-maxmem4G"));
        Node bridge = root.child("pci@800000020000000");
        assertTrue(refusedTree(new Node("", List.of(), List.of())).contains("0 nodes with ibm,dma-window"));
        assertTrue(refusedTree(root.with(bridge.with(Property.cells("ibm,dma-window", 0x80000000L, 0, 0, 1 << 20, 0))))
                .contains("expected 4K to 64G"));
        assertTrue(refusedTree(root.with(bridge.with(Property.cells("ibm,dma-window", 1)))).contains("has 4 bytes"));
        assertTrue(refusedTree(root.with(root.child("rtas").with(Property.cells("ibm,lrdr-capacity", 0, 0, 0, 3, 1))))
                .contains("expected a power of two of at least 16M"));
        assertTrue(refusedTree(root.with(new Node("ibm,dynamic-reconfiguration-memory",
                List.of(Property.cells("ibm,lmb-size", 0, 0)), List.of())))
                .contains("ibm,lmb-size names logical memory blocks of 0x0 bytes"));
        assertTrue(refusedTree(root.with(PartitionTree.memoryNode(0, 1L << 60))).contains("memory below 2^46"));
        long[] ranges = new long[4 * 60_000];
        for (int i = 0; i < ranges.length; i += 4) {
            ranges[i + 2] = 1 << 14;
        }
        assertTrue(refusedTree(root.with(root.child("memory@0").with(Property.cells("reg", ranges))))
                .contains("60000 ranges of memory of 0x3a98000000000000 bytes in all, expected at most 2^46"));
        assertTrue(refusedTree(root.with(new Node("pci@1", bridge.properties(), List.of())))
                .contains("ibm,dma-window of pci@1 names LIOBN 0x80000000"));
        assertTrue(refusedTree(root.with(new Node("memory@0", List.of(), List.of()))).contains("no node with"));
        assertTrue(refusedTree(root.with(PartitionTree.memoryNode(0, 1 << 24))
                .with(new Node("memory@1", List.of(), List.of()))).contains("no memory for a device tree"));
        assertTrue(refused("qemu-1G-maxmem8G", "qemu-7.2", Map.of(), Map.of("deviceTree", new byte[3])).getMessage()
                .contains("offset 0x3: expected a header of 40 bytes"));
    }

    /** The end of memory that a tree names is no bound for a loop: here 2^63 - 1. */
    @Test
    void aResetLooksForMemoryInTheAddressSpaceOnly() {
        Rig rig = new Rig(Rig.variant("direct-only"), "qemu-1G-maxmem8G", "qemu-7.2",
                Map.of("lrdrCapacityBytes", Long.MAX_VALUE));
        assertEquals(0, rig.run("kernel.boot"));
        assertEquals(0, rig.run("machine.reset"));
    }

    @Test
    void aTreeWithoutFirmwareServicesGivesAMachineWithoutWindows() {
        Node root = FlatTreeReader.read(FlatTreeTest.blob("pseries-1G-maxmem4G"));
        Node bare = new Node("", root.properties(), root.children().stream()
                .filter(node -> !node.name().equals("rtas")).toList());
        assertEquals(new RtasTokens(-1, -1, -1, -1, -1), PartitionTree.tokens(bare));
        assertEquals(0, PartitionTree.capacity(bare));
        assertEquals(1L << 28, PartitionTree.lmbBytes(bare));
        assertFalse(PartitionTree.limitedAddressMode(bare));
        assertEquals("RTAS 0x7", new RtasTokens(1, 2, 3, 4, 5).name(7));
    }

    @Test
    void cellsHaveNames() {
        Rig rig = Rig.qemu(Rig.variant("direct-only"));
        Map<String, String> names = new java.util.TreeMap<>();
        rig.machine.store().regions().forEach(region -> names.put(region.name(), region.cellName(0) + ", "
                + region.cellName(2)));
        assertEquals("PHB 0 limited addresses", rig.machine.store().regions().stream()
                .filter(one -> one.name().equals("hypervisor.bridges")).findFirst().orElseThrow().cellName(0));
        assertEquals("TCE table 0 entries, TCE table 0 bus address", names.get("tce.tables"));
        assertEquals("TCE 0x80000001[0x0], TCE 0x80000001[0x2]", names.get("TCE 0x80000001"));
        assertEquals("memory 0x0, memory 0x10", names.get("memory"));
        assertEquals("memory present from 0x0, memory present from 0x80000000", names.get("memory.present"));
    }

    @Test
    void pageSizesOfAMask() {
        assertEquals(24, Papr.largestPageShift(0x107));
        assertEquals(21, Papr.largestPageShift(0x103));
        assertEquals(34, Papr.largestPageShift(0xff));
        assertEquals(0, Papr.largestPageShift(0));
        assertEquals(List.of(12, 16, 24, 25, 26, 27, 28, 34, 21), java.util.stream.IntStream
                .range(0, Papr.pageShifts()).mapToObj(Papr::pageShift).toList());
    }
}
