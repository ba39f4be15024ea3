package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.service.Iommu;
import org.dmalab.rules.TestWatch;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.oracle.PendingCommandOracle;
import org.dmalab.vtd.oracle.ReusedIdOracle;
import org.dmalab.vtd.oracle.StaleTranslationOracle;
import org.dmalab.vtd.oracle.WrongFaultOracle;
import org.dmalab.vtd.patch.FlushOldDid;
import org.dmalab.vtd.patch.NoFlush;
import org.dmalab.vtd.patch.mutant.ContextFlushOnly;
import org.dmalab.vtd.patch.mutant.OldIdFreed;
import org.dmalab.vtd.patch.mutant.UnmapNoFlush;
import org.junit.jupiter.api.Test;

/** Each oracle of VT-d finds what it is for, and nothing where all is well. */
class OracleTest {
    private static final String CARD = "00:05.0";

    /** What an oracle says of all events of a bench, and at their end. */
    static List<String> judge(Oracle oracle, Bench bench, int from) {
        List<String> found = new ArrayList<>();
        Oracle.Watch watch = new TestWatch(bench.machine, oracle, found::add);
        EventSink sink = oracle.attach(watch);
        for (Event event : bench.events.subList(from, bench.events.size())) {
            sink.event(event.kind(), event.actor(), event.a(), event.b(), event.c(), event.d(), event.e(),
                    event.result());
        }
        sink.event(EventKind.ACTION_END, 0, 0, 0, 0, 0, 0, 0);
        oracle.end(watch, sink);
        assertEquals("vtd", oracle.arch());
        assertTrue(oracle.summary().length() > oracle.name().length());
        return found;
    }

    private static Bench attachedInCaptureKernel(Iommu variant, String profile) {
        Bench bench = new Bench(variant, "X9DRG", profile, Map.of());
        bench.run("kernel.boot");
        bench.run("dma.map", "device", CARD);
        bench.run("kernel.crash");
        bench.run("kernel.kdump");
        bench.run("device.dma", "device", CARD, "address", "0xfffff000");
        bench.run("dma.map", "device", CARD);
        return bench;
    }

    @Test
    void cachedContextOfTheOldKernel() {
        List<String> found = judge(new StaleTranslationOracle(), attachedInCaptureKernel(new NoFlush(), "strict"), 0);
        assertTrue(found.get(0).matches("the context cache has did=2 tables 0x2[0-9a-f]+ of 00:05.0, memory has did=3 "
                + "tables 0x3[0-9a-f]+"), found.get(0));
        assertEquals(List.of(), judge(new StaleTranslationOracle(),
                attachedInCaptureKernel(new FlushOldDid(), "strict"), 0));
    }

    /** A translation of an id that nobody has is not judged; by source-id it can be hit. */
    @Test
    void cachedTranslationOfTheOldKernel() {
        assertEquals(List.of(), judge(new StaleTranslationOracle(),
                attachedInCaptureKernel(new ContextFlushOnly(), "strict"), 0));
        List<String> found = judge(new StaleTranslationOracle(),
                attachedInCaptureKernel(new ContextFlushOnly(), "qemu-7.2"), 0);
        assertEquals(1, found.size(), found.toString());
        assertTrue(found.get(0).startsWith("the IOTLB has 0xfffff000 -> 0x20"), found.get(0));
        assertTrue(found.get(0).contains("the tables of 00:05.0 have 0x30"), found.get(0));
    }

    @Test
    void translationOfAnUnmappedBuffer() {
        Bench bench = new Bench(new UnmapNoFlush(), "X9DRG", "strict", Map.of());
        bench.run("kernel.boot");
        bench.run("dma.map", "device", CARD);
        bench.run("device.dma", "device", CARD, "address", "0xfffff000");
        assertEquals(List.of(), judge(new StaleTranslationOracle(), bench, 0));
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
        List<String> found = judge(new StaleTranslationOracle(), bench, 0);
        assertEquals(1, found.size(), found.toString());
        assertTrue(found.get(0).endsWith("the tables of 00:05.0 have nothing there"), found.get(0));
    }

    /** An id is given back while translations of its owner are cached; the next domain gets it. */
    @Test
    void idWithTranslationsOfItsLastOwner() {
        for (Iommu variant : List.of(new OldIdFreed(), new FlushOldDid(), new ContextFlushOnly())) {
            Bench bench = new Bench(variant, "X9DRG", "strict", Map.of());
            bench.run("kernel.boot");
            bench.run("dma.map", "device", CARD);
            bench.run("kernel.crash");
            bench.run("kernel.kdump");
            bench.run("device.dma", "device", CARD, "address", "0xfffff000");
            bench.run("device.attach", "device", CARD);
            int from = bench.events.size();
            bench.run("device.attach", "device", "02:00.0");
            assertEquals(variant instanceof OldIdFreed ? List.of("did=2 goes to a new domain while the unit has 0 "
                    + "context or PASID entries, 1 translations and 3 table pointers of its last owner") : List.of(),
                    judge(new ReusedIdOracle(), bench, from), variant.toString());
        }
    }

    @Test
    void faultWhereTheTablesAreRight() {
        Bench bench = attachedInCaptureKernel(new NoFlush(), "strict");
        bench.run("device.alias", "device", CARD, "alias", "00:06.0");
        int from = bench.events.size();
        assertEquals(0, bench.run("device.dma", "device", CARD, "address", "0x1000"));
        assertEquals(List.of(), judge(new WrongFaultOracle(), bench, from)); // mapped by nobody
        bench.run("dma.map", "device", CARD);
        from = bench.events.size();
        assertEquals(0, bench.run("device.dma", "device", CARD, "address", "0xffffe000", "direction", "write"));
        List<String> found = judge(new WrongFaultOracle(), bench, from);
        assertEquals(1, found.size(), found.toString());
        assertTrue(found.get(0).startsWith("DMA write of 00:05.0 at bus 0xffffe000 is refused with fault reason 0x5, "
                + "the tables lead to physical 0x30"), found.get(0));
    }

    @Test
    void commandLeftPending() {
        Bench bench = attachedInCaptureKernel(new FlushOldDid(), "strict");
        assertEquals(List.of(), judge(new PendingCommandOracle(), bench, 0));
        VtdModel model = bench.machine.model(VtdModel.class);
        model.unit().write(Reg.GCMD, 4, 0x84000000L); // queued invalidation on: register commands are refused
        model.unit().write(Reg.CCMD, 8, 1L << 63 | 1L << 61);
        List<String> found = judge(new PendingCommandOracle(), bench, bench.events.size());
        assertEquals(List.of("command left pending: CCMD global"), found);
    }

    @Test
    void actionsSayWhereTheyMayRun() {
        List<String> concurrent = Bench.ACTIONS.stream().filter(action -> action.concurrent())
                .map(action -> action.name()).sorted().toList();
        assertEquals(List.of("device.alias", "device.attach", "device.detach", "device.start", "dma.map",
                "dma.unmap", "iommu.map", "kernel.idle", "memory.offline", "memory.online", "vfio.attach"),
                concurrent);
        assertEquals(List.of("device.dma"), Bench.ACTIONS.stream().filter(action -> action.byDevice())
                .map(action -> action.name()).toList());
    }

    @Test
    void aliasesAndStreams() {
        Bench bench = new Bench(new FlushOldDid(), "X9DRG", "strict", Map.of());
        bench.run("kernel.boot");
        assertEquals(org.dmalab.api.service.Errno.ENODEV,
                bench.run("device.alias", "device", "03:00.0", "alias", "00:06.0"));
        assertEquals(0, bench.run("device.alias", "device", CARD, "alias", "00:06.0"));
        bench.run("dma.map", "device", CARD);
        assertEquals(org.dmalab.api.service.Errno.EBUSY,
                bench.run("device.alias", "device", CARD, "alias", "00:06.0"));
        assertEquals(8, bench.run("device.dma", "device", "00:06.0", "address", "0xfffff000"));
        int from = bench.events.size();
        bench.run("device.stream", "device", CARD, "address", "0xfffff008", "times", "1");
        assertEquals(from, bench.events.size());
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000"); // two register writes
        assertEquals(1, bench.events.subList(from, bench.events.size()).stream()
                .filter(event -> event.kind() == EventKind.DMA_READ).count());
    }
}
