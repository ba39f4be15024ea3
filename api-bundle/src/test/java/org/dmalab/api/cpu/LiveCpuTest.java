package org.dmalab.api.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Struct;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.port.Firmware;
import org.dmalab.api.port.Memory;
import org.dmalab.api.port.PciConfig;
import org.dmalab.api.port.Ports;
import org.dmalab.api.port.Registers;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.junit.jupiter.api.Test;

class LiveCpuTest {
    private static final long MEMORY = 0x1000;
    private final Store store = new Store();
    private static final Struct OBJECT = Struct.word("object", 8);
    private final KernelMemory kernel = new KernelMemory(store, 0x80000000L, 256, 256);
    private final Variable lock = kernel.variable("lock", 4);
    private final Variable flag = kernel.variable("flag", 4);
    private final Variable array = kernel.array("array", 2, 4);
    private final Region memory = store.sparse("memory", 4096, Region.Kind.STATE, null);
    private final List<String> ports = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private int hardwareSteps;
    private final Machine machine = machine(true);
    private final Cpu cpu = machine.cpu(0, Level.USER);

    private Machine machine(boolean withPorts) {
        Ports all = new Ports(new FlatMemory(), withPorts ? new LoggedRegisters() : null,
                withPorts ? new LoggedFirmware() : null, withPorts ? new LoggedConfig() : null, null);
        Store own = withPorts ? store : new Store();
        return new Machine(new Machine.Parts(new MachineSpec("test", "p", "q", "embedded", Map.of(), Map.of()), own,
                new Emitter(), kernel, new Processors(own, 2), all,
                (handler, vector, argument) -> handler.store(flag, argument), this::hardware, "model"),
                Services.fixed(new Binding(null, null, null, null)));
    }

    private boolean hardware() {
        return hardwareSteps-- > 0;
    }

    @Test
    void kernelVariablesAreReachedByNameFieldIndexAndAddress() {
        Struct struct = new Struct("s");
        struct.field("pad", 4);
        Field field = struct.field("count", 4);
        long object = cpu.alloc(struct);
        cpu.store(object, field, 9);
        cpu.store(array, 3, 0x1234);
        cpu.store(flag, 1);
        assertEquals(9, cpu.load(object, field));
        assertEquals(9, cpu.load(object + 4, 4));
        assertEquals(0x1234, cpu.load(array, 3));
        assertEquals(1, cpu.load(flag));
        cpu.store(flag.address(), 4, 2);
        assertEquals(2, cpu.load(flag));
    }

    @Test
    void compareExchangeWritesWhatIsExpectedOnly() {
        cpu.store(flag, 1);
        assertEquals(1, cpu.compareExchange(flag, 2, 5));
        assertEquals(1, cpu.load(flag));
        assertEquals(1, cpu.compareExchange(flag, 1, 5));
        assertEquals(5, cpu.load(flag));
        Struct struct = new Struct("s");
        struct.field("pad", 4);
        Field field = struct.field("count", 4);
        long object = cpu.alloc(struct);
        assertEquals(0, cpu.compareExchange(object, field, 0, 9));
        assertEquals(9, cpu.load(object, field));
        cpu.write(MEMORY, 8, Endian.BIG, 0x1122334455667788L);
        assertEquals(0x1122334455667788L, cpu.compareExchange(MEMORY, 8, Endian.BIG, 0, 1));
        assertEquals(0x1122334455667788L, cpu.compareExchange(MEMORY, 8, Endian.BIG, 0x1122334455667788L, 1));
        assertEquals(1, cpu.read(MEMORY, 8, Endian.BIG));
        assertEquals(1L << 56, cpu.compareExchange(MEMORY, 8, Endian.LITTLE, 0, 1));
        cpu.free(object);
        observe();
        cpu.compareExchange(object, field, 1, 2);
        assertEquals(List.of("cpu0 " + EventKind.USE_AFTER_FREE, "cpu0 " + Op.COMPARE_EXCHANGE), events);
    }

    @Test
    void machineMemoryHasTheByteOrderThatIsAskedFor() {
        cpu.write(MEMORY, 8, Endian.BIG, 0x1122334455667788L);
        assertEquals(0x8877665544332211L, cpu.read(MEMORY, 8, Endian.LITTLE));
        assertEquals(0x1122, cpu.read(MEMORY, 2, Endian.BIG));
        assertEquals(0x11, cpu.load(MEMORY, 1));
        cpu.store(MEMORY, 1, 0x99);
        assertEquals(0x9922, cpu.read(MEMORY, 2, Endian.BIG));
        cpu.copy(MEMORY, MEMORY + 64, 8);
        assertEquals(0x9922, cpu.read(MEMORY + 64, 2, Endian.BIG));
    }

    @Test
    void portsReceiveWhatTheyAreFor() {
        assertEquals(0x77, cpu.readRegister(0xfed90008L, 8));
        cpu.writeRegister(0xfed90018L, 4, 1);
        for (int i = 4; i < 6; i++) {
            cpu.argument(i, i * 10);
        }
        assertEquals(-4, cpu.hcall(0x20, 1, 2, 3, 4));
        assertEquals(0xabc, cpu.hcallResult(0));
        cpu.rtas(0x2000);
        assertEquals(5, cpu.readConfig(0x200, 4, 2));
        cpu.writeConfig(0x200, 4, 2, 6);
        cpu.cache(CacheOp.FLUSH_LINE, 0x40);
        cpu.tlb(TlbOp.FLUSH_ALL, 0);
        cpu.barrier(Barrier.WRITE);
        cpu.barrier(Barrier.SYNC);
        assertEquals(List.of("register 0xfed90018 = 1", "hcall 0x20 1 2 3 4 40 50", "rtas 0x2000", "config 4 = 6",
                "cache FLUSH_LINE 0x40", "tlb FLUSH_ALL", "drain"), ports);
    }

    @Test
    void aPortThatTheMachineHasNotIsNamed() {
        Cpu bare = machine(false).cpu(0, Level.USER);
        assertEquals("this machine has no registers",
                assertThrows(IllegalStateException.class, () -> bare.readRegister(0, 4)).getMessage());
        assertThrows(IllegalStateException.class, () -> bare.hcall(1, 0, 0, 0, 0));
        assertThrows(IllegalStateException.class, () -> bare.rtas(0));
        assertThrows(IllegalStateException.class, () -> bare.readConfig(0, 0, 4));
    }

    @Test
    void aHeldLockBlocksAndIsReported() {
        observe();
        cpu.lock(lock);
        assertEquals(1, machine.processors().preemptCount(0));
        Blocked blocked = assertThrows(Blocked.class, () -> machine.cpu(1, Level.HARDIRQ).lock(lock));
        assertEquals("cpu1 hardirq waits for lock, held by cpu0", blocked.getMessage());
        assertTrue(events.contains("cpu1 hardirq " + EventKind.BLOCKED));
        cpu.unlock(lock.address());
        assertEquals(0, machine.processors().preemptCount(0));
        machine.cpu(1, Level.USER).unlock(lock);
        assertTrue(events.contains("cpu1 " + EventKind.UNLOCK_UNOWNED));
    }

    @Test
    void anInterProcessorInterruptWaitsForItsTargetToLetItIn() {
        Cpu other = machine.cpu(1, Level.USER);
        long flags = other.irqSave();
        cpu.ipi(1, 2, 55);
        assertEquals(0, cpu.load(flag));
        other.irqRestore(flags);
        assertEquals(55, cpu.load(flag));
        cpu.ipi(1, 0, 56);
        assertEquals(56, cpu.load(flag));
    }

    @Test
    void waitingLetsHardwareWorkAndThenTimesOutOrBlocks() {
        observe();
        hardwareSteps = 3;
        assertFalse(cpu.await(flag.address(), 4, 1, 1_000));
        assertEquals(1_000, machine.timeNanos());
        Blocked blocked = assertThrows(Blocked.class, () -> cpu.await(flag.address(), 4, 1));
        assertEquals("cpu0 waits for flag = 1, it stays 0", blocked.getMessage());
        cpu.store(flag, 1);
        assertTrue(cpu.await(flag.address(), 4, 1, 1_000));
        Cpu other = machine.cpu(1, Level.USER);
        long flags = other.irqSave();
        cpu.ipi(1, 0, 9);
        machine.processors().setIrqsOff(1, flags);
        cpu.await(flag.address(), 4, 9);
    }

    @Test
    void aCopyGoesByWordsAndMayOverlap() {
        for (int i = 0; i < 64; i++) {
            memory.store(MEMORY + i, 1, i + 1);
        }
        int[] accesses = {0};
        machine.observe((kind, actor, a, b, c, d, e, result) -> accesses[0]++);
        cpu.copy(MEMORY, MEMORY + 128, 64);
        assertEquals(1, accesses[0]);
        machine.observe(null);
        assertEquals(64, memory.load(MEMORY + 128 + 63, 1));
        cpu.copy(MEMORY + 1, MEMORY + 4, 40);
        assertEquals("1 2 3 4 2 3 4 5 6", firstBytes());
        cpu.copy(MEMORY + 4, MEMORY, 40);
        assertEquals("2 3 4 5 6 7 8 9 10", firstBytes());
        assertEquals(41, memory.load(MEMORY + 39, 1));
        assertThrows(KernelBug.class, () -> cpu.copy(MEMORY, MEMORY + 64, -1));
        assertThrows(KernelBug.class, () -> cpu.copy(MEMORY, MEMORY + 64, 1L << 40));
    }

    private String firstBytes() {
        return java.util.stream.IntStream.range(0, 9).mapToObj(i -> "" + memory.load(MEMORY + i, 1))
                .collect(java.util.stream.Collectors.joining(" "));
    }

    @Test
    void anAccessOverTheEndOfTheKernelsDataIsABug() {
        long last = kernel.base() + 511;
        assertTrue(assertThrows(KernelBug.class, () -> cpu.load(last, 8)).getMessage().contains("reach over the end"));
        assertThrows(KernelBug.class, () -> cpu.store(last - 2, 4, 1));
        observe();
        cpu.store(kernel.base() + 252, 8, 1);
        assertEquals(List.of("cpu0 " + EventKind.USE_AFTER_FREE, "cpu0 " + Op.STORE), events);
    }

    @Test
    void misuseOfTheHeapIsReported() {
        observe();
        long object = cpu.alloc(OBJECT);
        cpu.free(object);
        cpu.load(object, 8);
        cpu.store(object, 8, 1);
        cpu.free(object);
        assertEquals(3, events.stream().filter(("cpu0 " + EventKind.USE_AFTER_FREE)::equals).count());
    }

    @Test
    void theKernelLogHasFormatsAndManyValues() {
        cpu.delay(1_500_000_000);
        cpu.printk(Text.id("%s at %02x:%02x.%d fault addr %llx %u %5d|"), Text.id("read"), 2, 0, 0, 0xfffff000L, -1, 7);
        assertEquals("[    1.500000] read at 02:00.0 fault addr fffff000 18446744073709551615     7|",
                machine.dmesg().lines().get(0).toString());
        assertEquals(1, machine.dmesg().count());
    }

    @Test
    void locksAndWaitsAtAddressesWithoutAVariableAreBugs() {
        for (long address : new long[] {0, 0x10, kernel.base() - 4, kernel.base() + (1L << 40), Long.MIN_VALUE}) {
            assertThrows(KernelBug.class, () -> cpu.lock(address));
            assertThrows(KernelBug.class, () -> cpu.unlock(address));
            assertThrows(KernelBug.class, () -> cpu.await(address, 8, 1, 1000));
        }
        long object = cpu.alloc(OBJECT);
        cpu.free(object);
        observe();
        assertThrows(Blocked.class, () -> cpu.lock(object), "what was freed is overwritten");
        assertEquals("cpu0 " + EventKind.USE_AFTER_FREE, events.get(0));
    }

    @Test
    void aCallHasAtMostSixteenValues() {
        long[] values = LongStream.rangeClosed(1, Processors.ARGUMENTS).toArray();
        cpu.printk(Text.id("%d".repeat(values.length)), values);
        assertEquals("[    0.000000] 12345678910111213141516", machine.dmesg().line(0).toString());
        assertThrows(IndexOutOfBoundsException.class, () -> cpu.argument(Processors.ARGUMENTS, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> cpu.hcallResult(Processors.RESULTS));
        assertThrows(IndexOutOfBoundsException.class, () -> cpu.ipi(0, Processors.VECTORS, 0));
        assertEquals(0, machine.processors().pending(0));
    }

    @Test
    void aBugEndsTheCode() {
        observe();
        cpu.warn(Text.id("odd"));
        assertEquals("kernel BUG", assertThrows(KernelBug.class, () -> cpu.bug(Text.id("kernel BUG"))).getMessage());
        assertTrue(events.containsAll(List.of("cpu0 " + Op.WARN, "cpu0 " + Op.BUG)));
    }

    @Test
    void aHookSeesEveryCallAndNobodyListeningCostsNothing() {
        observe();
        cpu.load(flag);
        cpu.note(EventKind.REMARK, 1, 2, 3, 4);
        cpu.mark(1, 0, 0, 0);
        assertEquals(0, cpu.choose(3));
        cpu.preemptDisable();
        assertEquals(1, machine.processors().preemptCount(0));
        cpu.preemptEnable();
        assertEquals(0, cpu.processor());
        assertEquals(List.of("cpu0 " + Op.LOAD, "cpu0 " + EventKind.REMARK, "cpu0 " + Op.NOTE, "cpu0 " + Op.MARK,
                "cpu0 " + Op.CHOOSE, "cpu0 " + Op.PREEMPT_DISABLE, "cpu0 " + Op.PREEMPT_ENABLE,
                "cpu0 " + Op.PROCESSOR), events);
        machine.observe(null);
        assertEquals(null, machine.hook());
        assertFalse(cpu.inInterrupt());
        assertEquals("model", machine.model(String.class));
    }

    private void observe() {
        machine.observe((kind, actor, a, b, c, d, e, result) ->
                events.add(org.dmalab.api.event.Actor.name(actor) + " " + kind));
    }

    private final class FlatMemory implements Memory {
        @Override
        public long read(int processor, long address, int widthBytes, Endian order) {
            return order.swap(memory.load(address, widthBytes), widthBytes);
        }

        @Override
        public void write(int processor, long address, int widthBytes, Endian order, long value) {
            memory.store(address, widthBytes, order.swap(value, widthBytes));
        }

        @Override
        public void cache(int processor, CacheOp operation, long address) {
            ports.add("cache " + operation + " 0x" + Long.toHexString(address));
        }

        @Override
        public void tlb(int processor, TlbOp operation, long address) {
            ports.add("tlb " + operation);
        }

        @Override
        public void drain(int processor) {
            ports.add("drain");
        }
    }

    private final class LoggedRegisters implements Registers {
        @Override
        public long read(long address, int widthBytes) {
            return 0x77;
        }

        @Override
        public void write(long address, int widthBytes, long value) {
            ports.add("register 0x" + Long.toHexString(address) + " = " + value);
        }
    }

    private final class LoggedFirmware implements Firmware {
        @Override
        public long hcall(long number, long[] arguments, long[] results) {
            StringBuilder text = new StringBuilder("hcall 0x" + Long.toHexString(number));
            for (int i = 0; i < 6; i++) {
                text.append(' ').append(arguments[i]);
            }
            ports.add(text.toString());
            results[0] = 0xabc;
            return -4;
        }

        @Override
        public void rtas(long argumentBlock) {
            ports.add("rtas 0x" + Long.toHexString(argumentBlock));
        }
    }

    private final class LoggedConfig implements PciConfig {
        @Override
        public long read(long sourceId, int offset, int widthBytes) {
            return 5;
        }

        @Override
        public void write(long sourceId, int offset, int widthBytes, long value) {
            ports.add("config " + offset + " = " + value);
        }
    }
}
