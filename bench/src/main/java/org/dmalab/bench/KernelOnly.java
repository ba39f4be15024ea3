package org.dmalab.bench;

import java.util.Map;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
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

/** The smallest architecture: processors and kernel variables, no memory, no devices. For models that have no more. */
final class KernelOnly {
    private static final long BASE = 0x80000000L;
    private static final int BYTES = 4096;

    private final Store store = new Store();
    private final KernelMemory kernel = new KernelMemory(store, BASE, BYTES, 0);
    private final Processors processors;

    KernelOnly(int processors) {
        this.processors = new Processors(store, processors);
    }

    /** Declares a variable of 8 bytes. */
    Variable variable(String name) {
        return kernel.variable(name, 8);
    }

    /** Where models that are not kernel code keep their state. */
    Store store() {
        return store;
    }

    /** The machine over these variables. */
    Machine machine() {
        return new Machine(new Machine.Parts(new MachineSpec("bench", "none", "none", "embedded", Map.of(), Map.of()),
                store, new Emitter(), kernel, processors, new Ports(new NoMemory(), null, null, null, null),
                (cpu, vector, argument) -> { }, () -> false, null),
                Services.fixed(new Binding(null, null, null, null)));
    }

    private static final class NoMemory implements Memory {
        @Override
        public long read(int processor, long address, int widthBytes, Endian order) {
            throw new AssertionError("this machine has no memory");
        }

        @Override
        public void write(int processor, long address, int widthBytes, Endian order, long value) {
            throw new AssertionError("this machine has no memory");
        }
    }
}
