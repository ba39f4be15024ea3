package org.dmalab.lab.explore;

import java.util.Map;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.port.Memory;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Store;

/** A machine with a few kernel variables and nothing else, for the tests of the search. */
final class SmallMachine {
    /** A page table entry that several contexts share, as in ARM's reentrant kmap_atomic. */
    final Variable slot;
    /** How many sections are live. */
    final Variable depth;
    /** A lock word. */
    final Variable lock;
    /** Set by the handler of the inter-processor interrupt. */
    final Variable acknowledged;
    /** Anything. */
    final Variable counter;
    final Machine machine;

    SmallMachine(int processors) {
        Store store = new Store();
        KernelMemory kernel = new KernelMemory(store, 0x80001000L, 256, 0);
        slot = kernel.variable("slot", 8);
        depth = kernel.variable("depth", 8);
        lock = kernel.variable("lock", 4);
        acknowledged = kernel.variable("acknowledged", 4);
        counter = kernel.variable("counter", 8);
        Processors state = new Processors(store, processors);
        MachineSpec spec = new MachineSpec("test", "small", "none", "embedded", Map.of(), Map.of());
        Variable acknowledge = acknowledged;
        machine = new Machine(new Machine.Parts(spec, store, new Emitter(), kernel, state,
                new Ports(new NoMemory(), null, null, null, null),
                (cpu, vector, argument) -> cpu.store(acknowledge, 1), () -> false, null),
                Services.fixed(new Binding(null, null, null, null)));
    }

    /** Maps a page in the shared slot, uses it, and puts back what was there: reentrant if {@code restores}. */
    long section(Cpu cpu, long page, boolean restores) {
        long flags = cpu.irqSave();
        long saved = cpu.load(slot);
        cpu.store(slot, page);
        cpu.irqRestore(flags);
        cpu.cache(CacheOp.HIT_INVALIDATE_D, page);
        cpu.cache(CacheOp.HIT_INVALIDATE_D, page);
        flags = cpu.irqSave();
        if (restores) {
            cpu.store(slot, saved);
        }
        cpu.irqRestore(flags);
        return 0;
    }

    static final class NoMemory implements Memory {
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
