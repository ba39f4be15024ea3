package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.hardware.MachineMemory;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.VtdKernel;
import org.dmalab.vtd.oracle.StaleTranslationOracle;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.dmalab.vtd.patch.ClearThenFlush;
import org.dmalab.vtd.patch.CopiedBitmapFlush;
import org.dmalab.vtd.patch.FlushOldDid;
import org.dmalab.vtd.patch.NoFlush;
import org.dmalab.vtd.patch.UpperSlot;
import org.junit.jupiter.api.Test;

/** The kernel in scalable mode: PASID tables, the two forms of copied tables, flushes. */
class ScalableKernelTest {
    private static final String CARD = "00:05.0";
    private static final String USB = "80:14.0";
    private static final int CARD_ID = 0x28;
    private static final int USB_ID = 0x80a0;
    private static final long ECAP = 0x0002480000f020deL;
    private static final long SECOND_LEVEL = 1L << 46;

    private static Bench bench(Iommu variant, long... more) {
        Map<String, Long> set = new HashMap<>(Map.of("ecap", ECAP, "invalidation", 1L, "scalable", 1L));
        if (more.length > 0) {
            set.put("ecap", more[0]);
        }
        if (more.length > 1) {
            set.put("identity", more[1]);
        }
        Bench bench = new Bench(variant, "X9DRG", "strict", set);
        assertEquals(0, bench.run("kernel.boot"));
        return bench;
    }

    private static ReferenceWalk tables(Bench bench) {
        return new ReferenceWalk(bench.machine.model(VtdModel.class));
    }

    private static List<String> descriptors(Bench bench, int from) {
        List<String> found = new ArrayList<>();
        bench.events.subList(from, bench.events.size()).stream().filter(event ->
                event.kind() == HardwareEvent.DESCRIPTOR)
                .map(event -> Bench.ARCHITECTURE.describe(bench.machine, event))
                .map(words -> words.replaceAll("queue descriptor \\d+: ", ""))
                .filter(words -> !words.startsWith("wait")).forEach(found::add);
        return found;
    }

    @Test
    void bootOrder() {
        Bench bench = bench(new FlushOldDid());
        long root = bench.machine.model(VtdModel.class).unit().rootTable();
        assertEquals(1 << 10, root & 0xfff);
        assertEquals(List.of("context cache global", "PASID cache global", "IOTLB global"), descriptors(bench, 0)
                .subList(0, 3).stream().map(words -> words.replaceAll(" did=.*", "")).toList());
        assertTrue(tables(bench).judges());
        assertEquals(2, tables(bench).owner(0x200).domain()); // 1 is that of pass-through
    }

    @Test
    void withoutTheCapabilityLegacyModeIsUsed() {
        Bench bench = bench(new FlushOldDid(), 0x00f020deL);
        assertEquals(0, bench.machine.model(VtdModel.class).unit().rootTable() & 0xfff);
        assertEquals(0xfffff000L, bench.run("dma.map", "device", CARD));
        assertFalse(tables(bench).scalable());
    }

    @Test
    void needsTheQueue() {
        Map<String, Long> set = Map.of("scalable", 1L);
        assertEquals("scalable: 1, but invalidation: 0: in scalable mode the kernel flushes by queue: expected "
                + "invalidation: 1", assertThrows(IllegalArgumentException.class, () ->
                new Bench(new FlushOldDid(), "X9DRG", "strict", set)).getMessage());
    }

    /** Both halves of a bus; the context entry leads to a directory, and entry 0 of its table has the domain. */
    @Test
    void mappings() {
        for (Iommu variant : List.of(new NoFlush(), new FlushOldDid(), new ClearThenFlush(), new UpperSlot())) {
            Bench bench = bench(variant);
            for (String device : List.of(CARD, USB)) {
                assertEquals(0xfffff000L, bench.run("dma.map", "device", device));
                assertEquals(64, bench.run("device.dma", "device", device, "address", "0xfffff000", "length", "64"));
            }
            assertEquals(3, tables(bench).owner(CARD_ID).domain());
            assertEquals(4, tables(bench).owner(USB_ID).domain());
            assertEquals(4, tables(bench).owner(USB_ID).levels());
            assertEquals(0, tables(bench).context(CARD_ID, 1)); // RID_PASID
            assertEquals(0x401, tables(bench).context(CARD_ID, 0) & 0xfff); // 512 entries
            String shown = bench.describe("iommu.show", 0, "device", USB);
            assertTrue(shown.contains("PASID table entry did=4 tables 0x2"), shown);
            assertTrue(bench.describe("iommu.show", 0, "device", "80:14.1").contains("no PASID table entry"));
        }
    }

    @Test
    void withoutSecondLevelTranslation() {
        Bench bench = bench(new FlushOldDid(), ECAP & ~SECOND_LEVEL);
        assertEquals(Errno.EINVAL, bench.run("device.attach", "device", CARD));
        assertTrue(bench.dmesg().contains("DMAR: No second level translation support on dmar0"));
        Bench identity = bench(new FlushOldDid(), ECAP & ~SECOND_LEVEL, 1);
        assertEquals(0, identity.run("device.attach", "device", CARD));
        assertEquals(8, identity.run("device.dma", "device", CARD, "address", "0x1000"));
        assertEquals(new ReferenceWalk.Owner(true, 1, true, 4, 0), tables(identity).owner(CARD_ID));
        int from = identity.events.size();
        assertEquals(0, identity.run("device.detach", "device", CARD));
        assertEquals("IOTLB of PASID 0 did=1", descriptors(identity, from).get(1));
        assertEquals(0, identity.run("device.dma", "device", CARD, "address", "0x1000"));
    }

    /** PASID table entry first, then the context entry; the domain-id is the domain's. */
    @Test
    void detach() {
        Bench bench = bench(new FlushOldDid());
        bench.run("device.attach", "device", CARD);
        bench.run("device.dma", "device", CARD, "address", "0x1000");
        int from = bench.events.size();
        assertEquals(0, bench.run("device.detach", "device", CARD));
        assertEquals(List.of("PASID cache PASID-selective did=3 PASID 0", "IOTLB domain-selective did=3",
                "context cache device-selective did=3 sid=00:05.0", "PASID cache domain-selective did=3 PASID 0",
                "IOTLB domain-selective did=3"), descriptors(bench, from));
        assertEquals(0, bench.run("device.dma", "device", CARD, "address", "0x1000"));
        assertTrue(bench.dmesg().contains("DMAR: [DMA Read] Request device [00:05.0] fault addr 1000 "
                + "[fault reason 65] SM: Present bit in Context Entry is clear"));
        assertEquals(0xfffff000L, bench.run("dma.map", "device", CARD));
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
    }

    private static Bench captured(Iommu variant, String device) {
        Bench bench = bench(variant);
        assertEquals(0xfffff000L, bench.run("dma.map", "device", device));
        assertEquals(0, bench.run("kernel.crash"));
        assertEquals(0, bench.run("kernel.kdump"));
        return bench;
    }

    /** To 5.19 RID_PASID becomes 8; the bitmap leaves it alone. */
    @Test
    void markOfCopiedEntries() {
        for (Iommu variant : List.of(new NoFlush(), new FlushOldDid(), new CopiedBitmapFlush(), new UpperSlot())) {
            boolean inEntry = !VtdKernel.of(variant).marksCopiedInBitmap();
            Bench bench = captured(variant, CARD);
            assertEquals(inEntry ? 8 : 0, tables(bench).context(CARD_ID, 1));
            assertEquals(inEntry ? 0 : 8, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
            assertEquals(inEntry, bench.dmesg().contains("DMAR: [DMA Read] Request device [00:05.0] fault addr "
                    + "fffff000 [fault reason 89] SM: Present bit in PASID Table Entry is clear"));
            assertEquals(0xfffff000L, bench.run("dma.map", "device", CARD));
            assertEquals(0, tables(bench).context(CARD_ID, 1));
            assertEquals(2, tables(bench).owner(CARD_ID).domain()); // nobody reserved the old 2 and 3
        }
    }

    @Test
    void upperContextTable() {
        for (Iommu variant : List.of(new ClearPresentFirst(), new UpperSlot())) {
            Bench bench = captured(variant, USB);
            long root = bench.machine.model(VtdModel.class).unit().rootTable() & ~0xfffL;
            MachineMemory memory = bench.machine.model(VtdModel.class).memory();
            boolean right = variant instanceof UpperSlot;
            assertEquals(right ? 0 : 1, memory.fetch(root + 0x80 * 16, 8) & 1);
            assertEquals(right ? 1 : 0, memory.fetch(root + 0x80 * 16 + 8, 8) & 1);
            assertEquals(right ? 8 : 0, bench.run("device.dma", "device", USB, "address", "0xfffff000"));
            // in the lower place the entry is that of another device
            assertEquals(right ? 0 : 8, bench.run("device.dma", "device", "80:04.0", "address", "0xfffff000"));
            assertEquals(0xfffff000L, bench.run("dma.map", "device", USB));
            assertEquals(8, bench.run("device.dma", "device", USB, "address", "0xfffff000"));
        }
    }

    /** With a lower table too each half goes to its own place in all versions. */
    @Test
    void bothContextTables() {
        Bench bench = bench(new ClearPresentFirst());
        bench.run("device.alias", "device", USB, "alias", "80:04.0");
        bench.run("dma.map", "device", USB);
        bench.run("kernel.crash");
        assertEquals(0, bench.run("kernel.kdump"));
        assertEquals(8, bench.run("device.dma", "device", USB, "address", "0xfffff000"));
        assertEquals(8, bench.run("device.dma", "device", "80:04.0", "address", "0xfffff000"));
    }

    /** Tables of the other mode can't be taken over without a window in which nothing is translated. */
    @Test
    void tablesOfTheOtherMode() {
        Bench bench = bench(new UpperSlot());
        bench.run("kernel.crash");
        var unit = bench.machine.model(VtdModel.class).unit();
        unit.write(Reg.RTADDR, 8, unit.peek(Reg.RTADDR, 8) & ~0xfffL);
        assertEquals(0, bench.run("kernel.kdump"));
        assertTrue(bench.dmesg().contains("DMAR: Failed to copy translation tables from previous kernel for dmar0"));
    }

    /** However few pages are left, attaching fails cleanly and succeeds when there are pages again. */
    @Test
    void fewPages() {
        int succeeded = -1;
        for (int free = 0; free < 12 && succeeded < 0; free++) {
            Bench bench = bench(new ClearPresentFirst());
            for (int word = 0; word < KernelLayout.PAGES / 64; word++) {
                bench.machine.kernel().store(KernelLayout.PAGE_TAKEN.element(word), 8, word == 5 ? -1L << free : -1L);
            }
            long result = bench.run("dma.map", "device", USB);
            if (result == 0xfffff000L) {
                succeeded = free;
            }
            assertTrue(succeeded >= 0 || result == Errno.ENOMEM, free + " pages: " + result);
            bench.machine.kernel().store(KernelLayout.PAGE_TAKEN.element(6), 8, 0);
            assertTrue(bench.run("dma.map", "device", USB) > 0);
            assertTrue(bench.run("device.dma", "device", USB, "address", "0xfffff000") > 0);
        }
        assertEquals(8, succeeded); // buffer, four levels, context table, PASID directory and table
    }

    /** Nothing stale is found where all is well, in the caches of scalable mode; a PASID entry that changed is. */
    @Test
    void oracle() {
        Bench bench = captured(new CopiedBitmapFlush(), CARD);
        bench.run("device.dma", "device", CARD, "address", "0xfffff000");
        assertEquals(List.of(), OracleTest.judge(new StaleTranslationOracle(), bench, 0));
        bench.run("device.attach", "device", CARD);
        List<String> found = OracleTest.judge(new StaleTranslationOracle(), bench, bench.events.size());
        assertEquals(1, found.size(), found.toString()); // what the IOTLB has of did=3 no entry in memory names
        assertTrue(found.get(0).matches("the PASID cache has did=3 tables 0x2\\w+ of 00:05.0, memory has did=2 tables "
                + "0x3\\w+"), found.get(0));
    }
}
