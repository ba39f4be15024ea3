package org.dmalab.api;

import java.util.function.BooleanSupplier;

import org.dmalab.api.cpu.Hook;
import org.dmalab.api.cpu.InterruptHandler;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.cpu.WrongUse;
import org.dmalab.api.event.Dmesg;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * A running machine: ports over hardware, kernel data, processors, and the services of the variant in use. It keeps no
 * state itself; all of it is in the {@link #store}. One thread at a time owns a machine.
 */
public final class Machine {
    private final MachineSpec spec;
    private final Store store;
    private final Emitter emitter;
    private final KernelMemory kernel;
    private final Processors processors;
    private final Ports ports;
    private final Services services;
    private final InterruptHandler ipiHandler;
    private final BooleanSupplier hardware;
    private final Object model;
    private final Dmesg dmesg;
    private final Region clock;
    private Hook hook;
    private boolean held;

    /**
     * Puts a machine together; called by {@link Architecture#create}.
     *
     * @param parts what the architecture made, over one store
     * @param services how its kernel code reaches the variant
     */
    public Machine(Parts parts, Services services) {
        this.spec = parts.spec();
        this.store = parts.store();
        this.emitter = parts.emitter();
        this.kernel = parts.kernel();
        this.processors = parts.processors();
        this.ports = parts.ports();
        this.services = services;
        this.ipiHandler = parts.ipiHandler();
        this.hardware = parts.hardware();
        this.model = parts.model();
        this.dmesg = new Dmesg(store);
        this.clock = store.dense("clock", 1, Region.Kind.LOG, cell -> "simulated time");
    }

    /**
     * What an architecture makes a machine from.
     *
     * @param spec what was asked for
     * @param store the store over which everything else was made
     * @param emitter where the hardware announces what it does
     * @param kernel kernel data
     * @param processors processor state
     * @param ports the hardware as kernel code reaches it
     * @param ipiHandler the kernel's handler of inter-processor interrupts
     * @param hardware lets hardware take one step by itself; returns false when it has nothing to do
     * @param model the architecture's own handles, for its actions
     */
    public record Parts(MachineSpec spec, Store store, Emitter emitter, KernelMemory kernel, Processors processors,
            Ports ports, InterruptHandler ipiHandler, BooleanSupplier hardware, Object model) { }

    /** What the machine was made from. */
    public MachineSpec spec() {
        return spec;
    }

    /** All of its state. */
    public Store store() {
        return store;
    }

    /** Kernel data. */
    public KernelMemory kernel() {
        return kernel;
    }

    /** Processor state. */
    public Processors processors() {
        return processors;
    }

    /** The hardware as kernel code and devices reach it. */
    public Ports ports() {
        return ports;
    }

    /** How kernel code reaches the variant. */
    public Services services() {
        return services;
    }

    /** Where hardware announces what it does. */
    public Emitter emitter() {
        return emitter;
    }

    /** The kernel log. */
    public Dmesg dmesg() {
        return dmesg;
    }

    /** The architecture's own handles; fails if the machine is of another architecture. */
    public <T> T model(Class<T> type) {
        return type.cast(model);
    }

    /** A processor at a level. */
    public LiveCpu cpu(int processor, Level level) {
        return new LiveCpu(this, processor, level);
    }

    /** The kernel's handler of inter-processor interrupts. */
    public InterruptHandler ipiHandler() {
        return ipiHandler;
    }

    /** The hook in the path of every Cpu call; null if nobody listens. */
    public Hook hook() {
        return hook;
    }

    /** Sets the hook; null for none. */
    public void hook(Hook newHook) {
        hook = newHook;
    }

    /**
     * Reports every call and every hardware event to a sink; null for nobody. Replaces the hook. From now on the thread
     * that called this owns the machine; a call on a Cpu by another one is {@link WrongUse}.
     */
    public void observe(EventSink sink) {
        emitter.listen(sink);
        Thread owner = Thread.currentThread();
        hook = sink == null ? null : (cpu, kind, a, b, c, d, e) -> {
            if (Thread.currentThread() != owner) {
                throw new WrongUse("the Cpu is used by thread \"" + Thread.currentThread().getName()
                        + "\", which does not own it");
            }
            long result = cpu.execute(kind, a, b, c, d, e);
            emitter.call(kind, cpu.actor(), a, b, c, d, e, result);
            return result;
        };
    }

    /**
     * Holds the machine or lets it go. While it is held nothing happens by itself: pending interrupts and hardware wait
     * for whoever explores to choose their moment.
     */
    public void hold(boolean newHeld) {
        held = newHeld;
    }

    /** Simulated time. */
    public long timeNanos() {
        return clock.get(0);
    }

    /**
     * Lets simulated time pass.
     *
     * @throws WrongUse if it would be more than 2^63 ns since power on
     */
    public void advance(long nanoseconds) {
        long before = clock.get(0);
        if (nanoseconds > Long.MAX_VALUE - before) {
            throw new WrongUse("delay of " + nanoseconds + " ns at " + before + " ns: simulated time ends at 2^63 ns");
        }
        clock.set(0, before + nanoseconds);
    }

    /** Lets hardware or a pending interrupt make one step; false if nothing is left to do, or it is held. */
    public boolean progress() {
        if (held) {
            return false;
        }
        for (int processor = 0; processor < processors.count(); processor++) {
            if (deliverPending(processor)) {
                return true;
            }
        }
        return hardware.getAsBoolean();
    }

    /** Takes the pending inter-processor interrupts of a processor if it lets them in; true if there was one. */
    public boolean deliverPending(int processor) {
        boolean any = false;
        while (!held && processors.pending(processor) != 0 && !processors.irqsOff(processor)) {
            int vector = Long.numberOfTrailingZeros(processors.pending(processor));
            long argument = processors.take(processor, vector);
            ipiHandler.handle(cpu(processor, Level.HARDIRQ), vector, argument);
            any = true;
        }
        return any;
    }
}
