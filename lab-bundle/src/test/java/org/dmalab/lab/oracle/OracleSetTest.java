package org.dmalab.lab.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Region;
import org.dmalab.lab.fake.FakeArchitecture;
import org.dmalab.lab.fake.FakePlatform;
import org.dmalab.lab.scenario.MachineSpecs;
import org.dmalab.rules.TestWatch;
import org.junit.jupiter.api.Test;

class OracleSetTest {
    private static final int DEVICE = Actor.device(8);
    private static final FakeArchitecture ARCHITECTURE = new FakeArchitecture();
    private static final long PRINTED = Text.id("DMAR: [DMA Read] Request device [00:01.0] fault addr %llx");

    private final Machine machine = ARCHITECTURE.create(MachineSpecs.resolve(ARCHITECTURE, null, null, null, Map.of(),
            Map.of()), Services.fixed(new Binding(null, null, null, null)));
    private OracleSet set;

    private void watch(Oracle oracle) {
        set = new OracleSet(ARCHITECTURE, machine, List.of(oracle));
        machine.observe(set);
        emit(EventKind.ACTION, 0, 1, 0, 0, 0);
    }

    private void emit(int kind, int actor, long a, long b, long c, long d) {
        set.event(kind, actor, a, b, c, d, 0, 0);
    }

    private void give(long bus, long physical, long length, Direction direction) {
        emit(EventKind.BUFFER_TO_DEVICE, 0, 8, bus, physical, length | (long) direction.ordinal() << 56);
    }

    private void takeBack(long bus, long physical, long length, Direction direction) {
        emit(EventKind.BUFFER_TO_CPU, 0, 8, bus, physical, length | (long) direction.ordinal() << 56);
    }

    private void sync(int kind, long bus, long physical, long length, Direction direction) {
        emit(kind, 0, 8, bus, physical, length | (long) direction.ordinal() << 56);
    }

    private List<String> messages() {
        emit(EventKind.ACTION_END, 0, 1, 0, 0, 0);
        set.end();
        return set.violations().stream().map(Violation::message).toList();
    }

    @Test
    void deviceReadsCpuData() {
        watch(new DeviceReadsCpuData());
        emit(EventKind.CPU_WRITE, 0, 0x1000, 8, 0x1122334455667788L, 0);
        give(0x9000, 0x1000, 16, Direction.TO_DEVICE);
        emit(EventKind.DMA_READ, DEVICE, 0x9000, 0x1000, 8, 0x1122334455667788L);
        emit(EventKind.DMA_READ, DEVICE, 0x9008, 0x1008, 8, 99); // nobody wrote there
        emit(EventKind.DMA_READ, DEVICE, 0x5000, 0x1000, 8, 99); // no buffer
        assertEquals(List.of(), messages());
        emit(EventKind.ACTION, 0, 1, 0, 0, 0);
        emit(EventKind.DMA_READ, DEVICE, 0x9000, 0x1000, 8, 0x1122330055667700L);
        assertEquals(List.of("00:01.0 reads 0x00 at 0x1000, a processor last wrote 0x88; 2 bytes in this step"),
                messages());
        assertEquals(9, set.violations().get(0).step());
    }

    @Test
    void deviceReadsFromWrongPlaceAreComparedWithTheRightOne() {
        watch(new DeviceReadsCpuData());
        emit(EventKind.CPU_WRITE, 0, 0x1000, 4, 7, 0);
        give(0x9000, 0x1000, 16, Direction.TO_DEVICE);
        emit(EventKind.DMA_READ, DEVICE, 0x9000, 0x3000, 4, 0);
        assertEquals(List.of("00:01.0 reads 0x00 at 0x1000, a processor last wrote 0x07"), List.of(
                messages().get(0).split(";")[0]));
    }

    @Test
    void cpuReadsDeviceData() {
        watch(new CpuReadsDeviceData());
        emit(EventKind.CPU_WRITE, 0, 0x1000, 8, 1, 0);
        give(0x9000, 0x1000, 8, Direction.FROM_DEVICE);
        emit(EventKind.DMA_WRITE, DEVICE, 0x9000, 0x1000, 4, 0xaabbccddL);
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 1, 0); // still the device's
        takeBack(0x9000, 0x1000, 8, Direction.FROM_DEVICE);
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 0x55555555aabbccddL, 0); // the upper half is undefined
        assertEquals(List.of(), messages());
        emit(EventKind.CPU_READ, 4, 0x1002, 1, 1, 0);
        assertEquals(List.of("cpu1 reads 0x01 at 0x1002, a device last wrote 0xbb"), messages());
    }

    /** dma_sync_*_for_cpu: what is read is judged as after unmap, until the part goes back to the device. */
    @Test
    void cpuReadsDeviceDataOfAPartThatItOwnsForATime() {
        watch(new CpuReadsDeviceData());
        give(0x9000, 0x1000, 16, Direction.FROM_DEVICE);
        emit(EventKind.DMA_WRITE, DEVICE, 0x9000, 0x1000, 8, 5);
        emit(EventKind.DMA_WRITE, DEVICE, 0x9008, 0x1008, 8, 5);
        sync(EventKind.BUFFER_SYNC_FOR_CPU, 0x9000, 0x1000, 8, Direction.FROM_DEVICE);
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 5, 0);
        emit(EventKind.CPU_READ, 0, 0x1008, 8, 4, 0); // still the device's
        sync(EventKind.BUFFER_SYNC_FOR_DEVICE, 0x9000, 0x1000, 8, Direction.FROM_DEVICE);
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 4, 0); // again the device's
        assertEquals(List.of(), messages());
        emit(EventKind.ACTION, 0, 1, 0, 0, 0);
        sync(EventKind.BUFFER_SYNC_FOR_CPU, 0x9004, 0x1004, 8, Direction.FROM_DEVICE);
        emit(EventKind.CPU_READ, 0, 0x1008, 4, 4, 0);
        assertEquals(List.of("cpu0 reads 0x04 at 0x1008, a device last wrote 0x05"), messages());
    }

    @Test
    void whatIsMappedIsWrittenByItsOwnerOnly() {
        watch(new DmaOwnership());
        emit(EventKind.CPU_WRITE, 0, 0x1000, 8, 1, 0);
        give(0x9000, 0x1004, 12, Direction.TO_DEVICE);
        emit(EventKind.CPU_WRITE, 0, 0x1000, 4, 1, 0); // before the buffer
        emit(EventKind.CPU_WRITE, Actor.MACHINE, 0x1008, 4, 1, 0); // firmware
        sync(EventKind.BUFFER_SYNC_FOR_CPU, 0x9004, 0x1008, 4, Direction.TO_DEVICE);
        emit(EventKind.CPU_WRITE, 0, 0x1008, 4, 1, 0);
        assertEquals(List.of(), messages());
        emit(EventKind.ACTION, 0, 1, 0, 0, 0);
        emit(EventKind.DMA_WRITE, DEVICE, 0x9004, 0x1008, 4, 1);
        emit(EventKind.ACTION_END, 0, 1, 0, 0, 0);
        emit(EventKind.ACTION, 0, 1, 0, 0, 0);
        sync(EventKind.BUFFER_SYNC_FOR_DEVICE, 0x9004, 0x1008, 4, Direction.TO_DEVICE);
        emit(EventKind.CPU_WRITE, 0, 0x1000, 8, 1, 0);
        emit(EventKind.CPU_WRITE, 0, 0x1008, 8, 1, 0);
        assertEquals(List.of("00:01.0 writes at 0x1008, in a mapped buffer which the processor owns since it was synced"
                + " for it", "cpu0 writes at 0x1004, in a mapped buffer which a device owns"), messages());
    }

    @Test
    void dataThatTheDeviceWroteElsewhereIsMissed() {
        watch(new CpuReadsDeviceData());
        give(0x9000, 0x1000, 8, Direction.FROM_DEVICE);
        emit(EventKind.DMA_WRITE, DEVICE, 0x9000, 0x7000, 8, 5);
        takeBack(0x9000, 0x1000, 8, Direction.FROM_DEVICE);
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 0, 0);
        assertEquals(List.of("cpu0 reads 0x00 at 0x1000, a device last wrote 0x05"), messages());
    }

    @Test
    void foreignBytesThatTheProcessorLost() {
        watch(new NoForeignByteChanges());
        emit(EventKind.CPU_WRITE, 0, 0x1000, 8, 1, 0);
        emit(EventKind.CPU_WRITE, 0, 0x1008, 8, 2, 0);
        give(0x9000, 0x1008, 8, Direction.FROM_DEVICE);
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 1, 0);
        emit(EventKind.CPU_READ, 0, 0x1008, 8, 77, 0);
        emit(EventKind.CPU_READ, 0, 0x2000, 8, 77, 0);
        emit(EventKind.DMA_WRITE, DEVICE, 0x9000, 0x1008, 8, 77);
        emit(EventKind.DMA_WRITE, DEVICE, 0x4000, 0x4000, 8, 77); // nobody knows what was there
        assertEquals(List.of(), messages());
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 0x100, 0);
        assertEquals(List.of("cpu0 reads 0x00 at 0x1000, in no buffer of a device, where a processor last wrote 0x01; "
                + "2 bytes in this step"), messages());
    }

    @Test
    void foreignBytesThatTheDeviceOverwrote() {
        watch(new NoForeignByteChanges());
        emit(EventKind.CPU_WRITE, 0, 0x1000, 8, 1, 0);
        give(0x9000, 0x2000, 8, Direction.FROM_DEVICE);
        emit(EventKind.DMA_WRITE, DEVICE, 0x9000, 0x1000, 8, 9);
        assertEquals(List.of("00:01.0 writes 0x09 at 0x1000, in none of its buffers, over 0x01"), messages());
    }

    @Test
    void whatFirmwareWritesIsNotForeign() {
        watch(new NoForeignByteChanges());
        emit(EventKind.CPU_WRITE, 0, 0x1000, 8, 1, 0);
        emit(EventKind.CPU_WRITE, 0, 0x2000, 8, 1, 0);
        set.event(Op.RTAS, 0, 0x1000, 0, 0, 0, 0, 0);
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 99, 0);
        emit(EventKind.CPU_WRITE, Actor.MACHINE, 0x2000, 8, 2, 0);
        emit(EventKind.CPU_READ, 0, 0x2000, 8, 2, 0);
        assertEquals(List.of(), messages());
    }

    @Test
    void dmaReachesMapping() {
        watch(new DmaReachesMapping());
        give(0x9000, 0x1000, 0x1000, Direction.TO_DEVICE);
        give(0x5000, 0x6000, 8, Direction.BIDIRECTIONAL);
        emit(EventKind.DMA_READ, DEVICE, 0x9ff8, 0x1ff8, 8, 0);
        emit(EventKind.DMA_WRITE, DEVICE, 0x5000, 0x6000, 8, 0);
        emit(EventKind.DMA_FAULT, DEVICE, 0x4000, 0, 6, 0); // nothing mapped there: right to refuse
        emit(EventKind.DMA_FAULT, DEVICE, 0x9000, 1, 5, 0); // against the direction: right to refuse
        emit(EventKind.DMA_DROPPED, DEVICE, 0x9000, 1, 0, 0);
        assertEquals(List.of(), messages());
        emit(EventKind.DMA_READ, DEVICE, 0x9ffc, 0x1ffc, 8, 0);
        emit(EventKind.DMA_READ, DEVICE, 0x9000, 0x3000, 8, 0);
        emit(EventKind.DMA_READ, DEVICE, 0x9008, 0x3008, 8, 0);
        emit(EventKind.DMA_WRITE, DEVICE, 0x9000, 0x1000, 8, 0);
        emit(EventKind.DMA_READ, Actor.device(9), 0x9000, 0x1000, 8, 0);
        emit(EventKind.DMA_DROPPED, DEVICE, 0x9000, 0, 0, 0);
        emit(EventKind.DMA_ABORT, DEVICE, 0x9000, 0xf0000000L, 8, 0);
        assertEquals(List.of(
                "DMA read of 00:01.0 at bus 0x9ffc reaches physical 0x1ffc, but the kernel has mapped nothing there "
                        + "for it (and 1 more in this step)",
                "DMA read of 00:01.0 at bus 0x9000 reaches physical 0x3000, mapped to physical 0x1000 "
                        + "(and 1 more in this step)",
                "DMA write of 00:01.0 at bus 0x9000 goes against the direction TO_DEVICE in which the kernel mapped it",
                "DMA read of 00:01.0 at bus 0x9000 is lost, mapped to physical 0x1000",
                "DMA read of 00:01.0 at bus 0x9000 reaches physical 0xf0000000, where no memory is, mapped to "
                        + "physical 0x1000"), messages());
    }

    @Test
    void faultIsReportedWithTheLineOfTheKernel() {
        watch(new DmaReachesMapping());
        LiveCpu cpu = machine.cpu(0, Level.HARDIRQ);
        cpu.printk(PRINTED, 0x9000); // an earlier one
        give(0xfffff000L, 0x1000, 0x1000, Direction.BIDIRECTIONAL);
        emit(EventKind.DMA_FAULT, DEVICE, 0xfffff000L, 0, 6, 0);
        emit(EventKind.ACTION_END, 0, 1, 0, 0, 0); // not yet printed
        emit(EventKind.ACTION, 0, 1, 0, 0, 0);
        cpu.printk(PRINTED, 0xfffff000L);
        cpu.printk(PRINTED, 0x4000);
        assertEquals(List.of("DMA read of 00:01.0 at bus 0xfffff000 is refused with fault reason 6, mapped to physical "
                + "0x1000; DMAR: [DMA Read] Request device [00:01.0] fault addr fffff000"), messages());
    }

    @Test
    void kernelLineMayComeOnlyAtTheEnd() {
        watch(new DmaReachesMapping());
        give(0x9000, 0x1000, 0x1000, Direction.BIDIRECTIONAL);
        emit(EventKind.DMA_FAULT, DEVICE, 0x9000, 1, 5, 0);
        assertEquals(1, messages().size());
        machine.cpu(0, Level.USER).printk(PRINTED, 0x123000);
        set.end();
        assertTrue(set.violations().get(0).message().endsWith("fault addr 123000"));
    }

    @Test
    void noRejectedCommand() {
        watch(new NoRejectedCommand());
        set.event(Op.HCALL, 0, 1, 2, 3, 0, 0, 0);
        assertEquals(List.of(), messages());
        for (int i = 0; i < 422; i++) {
            set.event(Op.HCALL, 0, 1, i, 3, 0, 0, -4);
        }
        emit(EventKind.COMMAND_REFUSED, Actor.MACHINE, 5, 3, 0, 0);
        assertEquals(List.of("H_SET_ENTRY(1, 0, 0x3) = H_PARAMETER (-4) (and 421 more in this step)",
                "command 0x5 refused with 3"), messages());
    }

    @Test
    void noLockCycle() {
        watch(new NoLockCycle());
        LiveCpu cpu = machine.cpu(1, Level.SOFTIRQ);
        cpu.lock(FakeArchitecture.LOCK);
        cpu.unlock(FakeArchitecture.LOCK);
        assertEquals(List.of(), messages());
        cpu.unlock(FakeArchitecture.LOCK);
        cpu.lock(FakeArchitecture.LOCK);
        machine.cpu(0, Level.USER).unlock(FakeArchitecture.LOCK);
        assertThrows(org.dmalab.api.cpu.Blocked.class, () -> cpu.await(FakeArchitecture.BOOTED, 8, 1));
        assertEquals(List.of("cpu1 softirq releases fake_lock, which nobody holds",
                "cpu0 releases fake_lock, which cpu1 holds",
                "cpu1 softirq waits for booted, it stays 0: nobody will end this"), messages());
    }

    @Test
    void noIpiWithIrqsOff() {
        watch(new NoIpiWithIrqsOff());
        LiveCpu cpu = machine.cpu(0, Level.USER);
        cpu.ipi(1, 0, 0);
        assertEquals(List.of(), messages());
        long flags = cpu.irqSave();
        cpu.ipi(1, 0, 0);
        cpu.irqRestore(flags);
        machine.cpu(1, Level.HARDIRQ).ipi(0, 0, 0);
        assertEquals(List.of("cpu0 sends an IPI to cpu1 with interrupts off",
                "cpu1 hardirq sends an IPI to cpu0 from an interrupt handler"), messages());
    }

    @Test
    void noUseAfterFree() {
        watch(new NoUseAfterFree());
        LiveCpu cpu = machine.cpu(0, Level.USER);
        long object = cpu.alloc(org.dmalab.api.kernel.Struct.word("page", 8), 8);
        cpu.store(object, 8, 1);
        cpu.free(object);
        assertEquals(List.of(), messages());
        cpu.load(object, 8);
        cpu.store(object, 8, 2);
        cpu.free(object);
        assertEquals(List.of("cpu0 reads page[0]+0x0, which is not allocated",
                "cpu0 writes page[0]+0x0, which is not allocated", "cpu0 frees page[0], which is not allocated"),
                messages());
    }

    @Test
    void noBug() {
        watch(new NoBug());
        LiveCpu cpu = machine.cpu(0, Level.USER);
        cpu.load(FakeArchitecture.BOOTED, 8);
        assertEquals(List.of(), messages());
        cpu.warn(Text.id("kmap type"));
        assertThrows(org.dmalab.api.cpu.KernelBug.class, () -> cpu.bug(Text.id("kmap slot")));
        assertEquals(List.of("WARN: kmap type, on cpu0", "kernel BUG: kmap slot, on cpu0"), messages());
    }

    /** What an oracle remembers must be in the store, or matching states would hide violations. */
    @Test
    void whatOraclesRememberRollsBack() {
        set = new OracleSet(ARCHITECTURE, machine, FakePlatform.oracles());
        long mark = machine.store().mark();
        long fingerprint = machine.store().fingerprint();
        emit(EventKind.CPU_WRITE, 0, 0x1000, 8, 1, 0);
        give(0x9000, 0x2000, 8, Direction.BIDIRECTIONAL);
        emit(EventKind.DMA_FAULT, DEVICE, 0x9000, 1, 5, 0);
        assertTrue(machine.store().fingerprint() != fingerprint);
        assertEquals(1, set.reported());
        machine.store().rollback(mark);
        set.reset(0);
        assertEquals(fingerprint, machine.store().fingerprint());
        emit(EventKind.DMA_FAULT, DEVICE, 0x9000, 1, 5, 0);
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 2, 0);
        set.end();
        assertEquals(List.of(), set.violations());
    }

    /** What several oracles need to know stands once in the state; what none needs does not. */
    @Test
    void whatOraclesKnowInCommonStandsOnce() {
        set = new OracleSet(ARCHITECTURE, machine, List.of(new DmaReachesMapping()));
        assertEquals(List.of("oracle.buffers", "oracle.dma-reaches-mapping.fault", "oracle.lent"), regions(machine));
        Machine other = ARCHITECTURE.create(machine.spec(), machine.services());
        new OracleSet(ARCHITECTURE, other, List.of(new DmaReachesMapping(), new NoForeignByteChanges(),
                new DeviceReadsCpuData(), new CpuReadsDeviceData()));
        assertEquals(List.of("oracle.buffers", "oracle.cpu-reads-device-data.reported", "oracle.data",
                "oracle.device-reads-cpu-data.reported", "oracle.dma-reaches-mapping.fault", "oracle.lent",
                "oracle.no-foreign-byte-changes.reported", "oracle.writer"), regions(other));
    }

    private static List<String> regions(Machine of) {
        return of.store().regions().stream().map(Region::name).filter(name -> name.startsWith(Watchers.REGIONS))
                .sorted().toList();
    }

    /** One write of a device is foreign to one oracle and, from then on, the right data for another. */
    @Test
    void eachOracleComparesWithWhatWasBeforeTheEvent() {
        set = new OracleSet(ARCHITECTURE, machine, List.of(new CpuReadsDeviceData(), new NoForeignByteChanges()));
        machine.observe(set);
        emit(EventKind.ACTION, 0, 1, 0, 0, 0);
        emit(EventKind.CPU_WRITE, 0, 0x1000, 8, 1, 0);
        emit(EventKind.DMA_WRITE, DEVICE, 0x1000, 0x1000, 8, 9);
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 9, 0);
        assertEquals(List.of("00:01.0 writes 0x09 at 0x1000, in none of its buffers, over 0x01"), messages());
        emit(EventKind.ACTION, 0, 1, 0, 0, 0);
        emit(EventKind.CPU_READ, 0, 0x1000, 8, 1, 0);
        assertEquals("cpu0 reads 0x01 at 0x1000, a device last wrote 0x09", messages().get(1));
    }

    @Test
    void stepThatWasLeftIsClosedAtTheEnd() {
        watch(new DeviceReadsCpuData());
        emit(EventKind.CPU_WRITE, 0, 0x1000, 8, -1, 0);
        give(0x9000, 0x1000, 16, Direction.TO_DEVICE);
        emit(EventKind.DMA_READ, DEVICE, 0x9000, 0x1000, 8, 0);
        set.end();
        assertTrue(set.violations().get(0).message().endsWith("; 8 bytes in this step"));
    }

    @Test
    void oraclesOfTheCatalogHaveNamesAndSummaries() {
        for (Oracle oracle : FakePlatform.oracles()) {
            assertTrue(oracle.name().matches("[a-z]+(-[a-z]+)+"), oracle.name());
            assertTrue(oracle.summary().length() > 20, oracle.summary());
            assertEquals("*", oracle.arch());
        }
    }

    /** A watch of somebody else has no words and takes no additions. */
    @Test
    void oraclesWorkWithAnyWatch() {
        StringBuilder seen = new StringBuilder();
        Oracle oracle = new NoRejectedCommand();
        Oracle.Watch plain = new TestWatch(machine, oracle, seen::append);
        EventSink sink = oracle.attach(plain);
        sink.event(Op.HCALL, 0, 0x3e4, 2, 3, 0, 0, -4);
        LabWatch.complete(plain, "nobody hears");
        assertEquals("hypercall 0x3e4 = -4", seen.toString());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new CpuReadsDeviceData().attach(plain))
                .getMessage().contains("works with a watch of the lab"));
    }
}
