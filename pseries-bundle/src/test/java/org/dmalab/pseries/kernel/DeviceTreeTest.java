package org.dmalab.pseries.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.store.Store;
import org.dmalab.pseries.Rig;
import org.dmalab.pseries.hardware.FlatTree.Node;
import org.dmalab.pseries.hardware.FlatTree.Property;
import org.dmalab.pseries.hardware.FlatTreeWriter;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.DmaWin;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;
import org.junit.jupiter.api.Test;

/** The kernel's device tree and what it finds out from it. */
class DeviceTreeTest {
    private static final long AT = 0x5000000;

    private final Rig rig = Rig.qemu(Rig.variant("direct-only"));
    private final LiveCpu cpu = rig.cpu();

    private void unflatten(Node... children) {
        byte[] blob = FlatTreeWriter.write(new Node("", List.of(), List.of(children)));
        rig.partition().memory().place(AT, blob);
        DeviceTree.unflatten(cpu, Pages.virtual(AT));
    }

    private static Node node(String name, Property... properties) {
        return new Node(name, List.of(properties), List.of());
    }

    @Test
    void nodesPropertiesAndPaths() {
        unflatten(new Node("a@1", List.of(Property.cells("p", 1), Property.cells("q", 2, 3)),
                List.of(node("b"), node("c", Property.text("device_type", "x")))), node("d"));
        long a = DeviceTree.top(cpu, Text.id("a@1"));
        assertEquals(Text.id("/a@1"), cpu.load(a, DeviceNode.FULL_NAME));
        long c = DeviceTree.findByType(cpu, 0, Text.id("x"));
        assertEquals(Text.id("/a@1/c"), cpu.load(c, DeviceNode.FULL_NAME));
        assertEquals(0, DeviceTree.findByType(cpu, c, Text.id("x")));
        assertEquals(Text.id("/"), cpu.load(cpu.load(KernelLayout.OF_ROOT), DeviceNode.FULL_NAME));
        List<Long> names = new ArrayList<>();
        for (long node = DeviceTree.next(cpu, 0); node != 0; node = DeviceTree.next(cpu, node)) {
            names.add(cpu.load(node, DeviceNode.NAME));
        }
        assertEquals(List.of(Text.id(""), Text.id("a@1"), Text.id("b"), Text.id("c"), Text.id("d")), names);
        assertEquals(3, BigEndian.load(cpu, DeviceTree.value(cpu, a, Text.id("q"), 8) + 4, 4));
        assertEquals(0, DeviceTree.value(cpu, a, Text.id("q"), 9));
        assertEquals(0, DeviceTree.value(cpu, a, Text.id("r"), 0));
        assertEquals(0, DeviceTree.top(cpu, Text.id("z")));
    }

    @Test
    void propertiesComeAndGo() {
        unflatten(node("a", Property.cells("p", 1), Property.cells("q", 2)), node("empty"));
        long a = DeviceTree.top(cpu, Text.id("a"));
        long empty = DeviceTree.top(cpu, Text.id("empty"));
        long value = cpu.alloc(WindowProp.STRUCT);
        DeviceTree.add(cpu, a, Text.id("n"), value, 20);
        DeviceTree.add(cpu, empty, Text.id("n"), value, 20);
        assertEquals(value, DeviceTree.value(cpu, a, Text.id("n"), 20));
        assertEquals(value, DeviceTree.value(cpu, empty, Text.id("n"), 20));
        DeviceTree.remove(cpu, a, Text.id("p"));
        DeviceTree.remove(cpu, a, Text.id("missing"));
        assertEquals(0, DeviceTree.property(cpu, a, Text.id("p")));
        DeviceTree.remove(cpu, a, Text.id("n"));
        assertEquals(0, DeviceTree.property(cpu, a, Text.id("n")));
        assertNotEquals(0, DeviceTree.property(cpu, a, Text.id("q")));
    }

    @Test
    void theMaximumOfMemory() {
        unflatten(node("rtas", Property.cells("ibm,lrdr-capacity", 1, 2, 0, 0x20000000, 1)));
        assertEquals(0x100000002L, DeviceTree.hotAddDrconfMemoryMax(cpu));
        assertEquals(0x20000000, DeviceTree.memoryBlockSize(cpu));
        unflatten(node("rtas", Property.cells("ibm,lrdr-capacity", 0, 0, 0, 0x20000000, 1)),
                node("ibm,dynamic-reconfiguration-memory", Property.cells("ibm,lmb-size", 0, 0x10000000)));
        assertEquals(0, DeviceTree.hotAddDrconfMemoryMax(cpu));
        assertEquals(0x10000000, DeviceTree.memoryBlockSize(cpu));
        unflatten(node("rtas"));
        assertEquals(0, DeviceTree.hotAddDrconfMemoryMax(cpu));
        assertEquals(0x10000000, DeviceTree.memoryBlockSize(cpu));
        unflatten(node("rtas"), node("ibm,dynamic-reconfiguration-memory"));
        assertEquals(0, DeviceTree.hotAddDrconfMemoryMax(cpu));
        assertEquals(0x10000000, DeviceTree.memoryBlockSize(cpu));
        unflatten();
        assertEquals(0, DeviceTree.hotAddDrconfMemoryMax(cpu));
        assertEquals(-1, DeviceTree.token(cpu, Text.id("set-indicator")));
        assertFalse(DeviceTree.rtasHasString(cpu, Text.id("a"), Text.id("b")));
    }

    @Test
    void theEndOfTheLastLogicalMemoryBlock() {
        Property lmb = Property.cells("ibm,lmb-size", 0, 0x10000000);
        String drconf = "ibm,dynamic-reconfiguration-memory";
        unflatten(node(drconf, lmb, Property.cells("ibm,dynamic-memory-v2", 2,
                4, 0, 0, 0x80000000L, 0, 8, 3, 2, 0x10000000, 0x80000021L, 0, 0)));
        assertEquals(0x210000000L + 3 * 0x10000000L, DeviceTree.hotAddDrconfMemoryMax(cpu));
        unflatten(node(drconf, lmb, Property.cells("ibm,dynamic-memory", 2,
                0, 0, 0x80000000L, 0, 0, 8, 1, 0x30000000, 0x80000013L, 0, 0, 0)));
        assertEquals(0x140000000L, DeviceTree.hotAddDrconfMemoryMax(cpu));
        unflatten(node(drconf, lmb));
        assertEquals(0, DeviceTree.hotAddDrconfMemoryMax(cpu));
    }

    @Test
    void stringsOfAList() {
        unflatten(node("rtas", Property.text("list", "one\0two"), Property.cells("token", 0x2026)));
        assertTrue(DeviceTree.rtasHasString(cpu, Text.id("list"), Text.id("two")));
        assertFalse(DeviceTree.rtasHasString(cpu, Text.id("list"), Text.id("tw")));
        assertFalse(DeviceTree.rtasHasString(cpu, Text.id("other"), Text.id("one")));
        assertEquals(0x2026, DeviceTree.token(cpu, Text.id("token")));
        assertEquals(-1, DeviceTree.token(cpu, Text.id("none")));
    }

    @Test
    void devicesAreFoundBehindBridgesOnly() {
        Node device = node("eth@0", Property.cells("reg", 0x000800, 0, 0));
        unflatten(new Node("vdevice", List.of(), List.of(device)), new Node("pci@1",
                List.of(Property.cells("ibm,dma-window", 0, 0, 0, 0, 0)), List.of(node("none"), device)));
        long found = DeviceTree.findDevice(cpu, 8);
        assertEquals(Text.id("/pci@1/eth@0"), cpu.load(found, DeviceNode.FULL_NAME));
        assertEquals(0, DeviceTree.findDevice(cpu, 16));
        assertEquals(DeviceTree.top(cpu, Text.id("pci@1")), DeviceTree.findWindowNode(cpu, found));
        assertEquals(0, DeviceTree.findWindowNode(cpu, DeviceTree.top(cpu, Text.id("vdevice"))));
    }

    @Test
    void aTreeLargerThanKernelMemoryPanics() {
        List<Property> many = new ArrayList<>();
        for (int i = 0; i < 9000; i++) {
            many.add(Property.cells("p" + i));
        }
        assertTrue(assertThrows(KernelBug.class, () -> unflatten(node("a", many.toArray(new Property[0]))))
                .getMessage().contains("no memory"));
    }

    @Test
    void kernelDataIsLaidOutAsDeclared() {
        KernelMemory memory = KernelLayout.create(new Store());
        assertEquals("dma_win_list_lock", memory.nameOf(KernelLayout.DMA_WIN_LIST_LOCK.address()));
        assertEquals(0, KernelLayout.DMA_WIN_LIST_LOCK.address() % 4);
        assertEquals(40, DmaWin.STRUCT.sizeBytes());
        assertEquals(24, DmaWin.LIST.offset());
        assertEquals(20, WindowProp.STRUCT.sizeBytes());
    }

    @Test
    void theLargestPageOfAMask() {
        int[] shifts = {12, 16, 24, 25, 26, 27, 28, 34, 21};
        for (int bit = 0; bit < shifts.length; bit++) {
            assertEquals(shifts[bit], Ddw.pageShift(1L << bit));
        }
        assertEquals(24, Ddw.pageShift(0x107));
        assertEquals(0, Ddw.pageShift(1L << 9));
    }

    @Test
    void binaryLogarithmsRoundedUp() {
        assertEquals(0, Ddw.orderBase2(0));
        assertEquals(0, Ddw.orderBase2(1));
        assertEquals(1, Ddw.orderBase2(2));
        assertEquals(39, Ddw.orderBase2(0x6980000000L));
        assertEquals(61, Ddw.orderBase2(1L << 37 << 24));
        assertEquals(64, Ddw.orderBase2(-1));
        assertEquals(63, Ddw.orderBase2(Long.MIN_VALUE));
    }
}
