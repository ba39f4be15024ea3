package org.dmalab.mips.hardware;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.cpu.TlbOp;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.Memory;

/** Memory as a MIPS32 processor reaches it: segments, TLB, caches, write buffer. Addresses are virtual, of 32 bits. */
public final class MachineMemory implements Memory {
    private static final long ADDRESS_MASK = 0xffffffffL;
    private static final int INSTRUCTION_BYTES = 4;
    private static final long UNCACHED_MASK = 0x1fffffffL;

    private final Emitter emitter;
    private final PhysicalMemory memory;
    private final Caches caches;
    private final Tlb tlb;
    private final Processors processors;
    private final boolean strictHits;

    /**
     * Puts the parts together.
     *
     * @param strictHits whether a hit operation on an address that is not line aligned is an address error (RM7000)
     */
    public MachineMemory(Emitter emitter, PhysicalMemory memory, Caches caches, Tlb tlb, Processors processors,
            boolean strictHits) {
        this.strictHits = strictHits;
        this.emitter = emitter;
        this.memory = memory;
        this.caches = caches;
        this.tlb = tlb;
        this.processors = processors;
    }

    @Override
    public long read(int processor, long address, int widthBytes, Endian order) {
        long virtual = address & ADDRESS_MASK;
        long physical = reach(processor, virtual, widthBytes);
        long value = Segment.of(virtual) == Segment.KSEG1 ? memory.load(physical, widthBytes)
                : caches.load(processor, virtual, physical, widthBytes);
        emitter.emit(EventKind.CPU_READ, actor(processor), physical, widthBytes, value, 0);
        return order.swap(value, widthBytes);
    }

    @Override
    public void write(int processor, long address, int widthBytes, Endian order, long value) {
        long virtual = address & ADDRESS_MASK;
        long physical = reach(processor, virtual, widthBytes);
        long stored = order.swap(value, widthBytes);
        if (Segment.of(virtual) == Segment.KSEG1) {
            memory.store(physical, widthBytes, stored);
        } else {
            caches.store(processor, virtual, physical, widthBytes, stored);
        }
        emitter.emit(EventKind.CPU_WRITE, actor(processor), physical, widthBytes, stored, 0);
    }

    @Override
    public void cache(int processor, CacheOp operation, long address) {
        long virtual = address & ADDRESS_MASK;
        long physical = HardwareEvent.NO_ADDRESS;
        long flags;
        switch (operation) {
            case INDEX_WRITEBACK_INVALIDATE_D, INDEX_WRITEBACK_INVALIDATE_S, INDEX_STORE_TAG_D, INDEX_STORE_TAG_S,
                    INDEX_INVALIDATE_I -> flags = caches.index(processor, operation, virtual);
            case FLUSH_READ_AHEAD -> flags = caches.flushReadAhead();
            default -> {
                if (strictHits && (virtual & (caches.shape().primary().lineBytes() - 1)) != 0) {
                    throw fault(processor, virtual, HardwareEvent.NOT_ALIGNED, "Address error in CACHE");
                }
                physical = translate(processor, virtual);
                flags = Segment.of(virtual) == Segment.KSEG1 ? HardwareEvent.UNCACHED
                        : caches.hit(processor, operation, virtual, physical);
            }
        }
        long masked = processors.irqsOff(processor) ? HardwareEvent.IRQS_OFF : 0;
        emitter.emit(HardwareEvent.CACHE_LINE, actor(processor), operation.ordinal(), virtual, physical,
                flags | masked);
    }

    /**
     * An instruction fetch.
     *
     * @return the word, least significant byte first
     */
    public long fetch(int processor, long address) {
        long virtual = address & ADDRESS_MASK;
        long physical = reach(processor, virtual, INSTRUCTION_BYTES);
        long value = Segment.of(virtual) == Segment.KSEG1 ? memory.load(physical, INSTRUCTION_BYTES)
                : caches.fetch(processor, virtual, physical, INSTRUCTION_BYTES);
        emitter.emit(HardwareEvent.FETCH, actor(processor), physical, INSTRUCTION_BYTES, value,
                caches.newest(physical, INSTRUCTION_BYTES));
        return value;
    }

    @Override
    public void tlb(int processor, TlbOp operation, long address) {
        if (operation == TlbOp.FLUSH_ALL) {
            tlb.flushAll(processor);
        } else {
            tlb.flushPage(processor, address & ADDRESS_MASK);
        }
    }

    @Override
    public void drain(int processor) {
        caches.drain();
    }

    private long reach(int processor, long virtual, int widthBytes) {
        if ((virtual & (widthBytes - 1)) != 0) {
            throw fault(processor, virtual, HardwareEvent.NOT_ALIGNED, "Unhandled kernel unaligned access");
        }
        long physical = translate(processor, virtual);
        if (!memory.contains(physical, widthBytes)) {
            throw fault(processor, virtual, HardwareEvent.NO_MEMORY, "Data bus error");
        }
        return physical;
    }

    private long translate(int processor, long virtual) {
        if (!Segment.of(virtual).mapped()) {
            return virtual & UNCACHED_MASK;
        }
        long physical = tlb.translate(processor, virtual);
        if (physical < 0) {
            throw fault(processor, virtual, HardwareEvent.NOT_MAPPED, "Unable to handle kernel paging request");
        }
        return physical;
    }

    private KernelBug fault(int processor, long virtual, long cause, String what) {
        emitter.emit(HardwareEvent.ACCESS_FAULT, actor(processor), virtual, cause, 0, 0);
        return new KernelBug(String.format("CPU %d %s at virtual address %08x", processor, what, virtual));
    }

    /** The hardware does not know at which level a processor runs. */
    private static int actor(int processor) {
        return Actor.processor(processor, Level.USER);
    }
}
