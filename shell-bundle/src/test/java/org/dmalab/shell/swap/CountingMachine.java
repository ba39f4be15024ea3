package org.dmalab.shell.swap;

import java.util.Map;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.port.Memory;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Store;

/** A machine whose only traffic is a service that counts in the machine's own state. */
final class CountingMachine {
    private final Variable counter;
    final Machine machine;

    CountingMachine(Services services) {
        Store store = new Store();
        KernelMemory kernel = new KernelMemory(store, 0x1000, 64, 0);
        counter = kernel.variable("flushes", 8);
        machine = new Machine(new Machine.Parts(new MachineSpec("test", "p", "q", "embedded", Map.of(), Map.of()),
                store, new Emitter(), kernel, new Processors(store, 1),
                new Ports(new NoMemory(), null, null, null, null), (cpu, vector, argument) -> { }, () -> false, null),
                services);
    }

    long call() {
        Cpu cpu = machine.cpu(0, Level.USER);
        Binding variant = cpu.services().enter();
        try {
            variant.cacheFlush().forDevice(cpu, counter.address(), 0, 0, Direction.TO_DEVICE);
            return 0;
        } finally {
            cpu.services().leave();
        }
    }

    long seen() {
        return machine.kernel().load(counter.address(), 8);
    }

    /** A variant: counts where the caller says. */
    record Counting(String id) implements CacheFlush {
        @Override
        public void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
            cpu.store(page, 8, cpu.load(page, 8) + 1);
        }
    }

    /** What a caller gets who is sent nowhere. */
    record Dropping() implements CacheFlush {
        @Override
        public void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
            // the call is lost
        }
    }

    private static final class NoMemory implements Memory {
        @Override
        public long read(int processor, long address, int widthBytes, Endian order) {
            return 0;
        }

        @Override
        public void write(int processor, long address, int widthBytes, Endian order, long value) {
            throw new AssertionError("this machine has no memory");
        }
    }
}
