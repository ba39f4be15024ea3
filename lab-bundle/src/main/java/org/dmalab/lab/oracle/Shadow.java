package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Direction;
import org.dmalab.api.store.Store;

/**
 * What the oracles of a machine know in common: the buffers that devices have, and memory as it should be. It follows
 * an event after all oracles have seen it, so they compare with what was before.
 *
 * <p>Firmware and remapping hardware that write memory by themselves announce it as {@link EventKind#CPU_WRITE} by
 * {@link Actor#MACHINE}; the argument block of an RTAS call is unknown after the call in any case.
 */
final class Shadow {
    /** Token, counts and 16 words of an RTAS argument block, in which the firmware writes its results. */
    private static final int RTAS_BLOCK_BYTES = 4 * (3 + 16);

    private final Store store;
    private final Buffers buffers;
    /** Null unless an oracle asked for it: what nobody compares need not be in the state. */
    private IdealMemory ideal;

    Shadow(Store store) {
        this.store = store;
        this.buffers = Buffers.in(store);
    }

    /** The one that an oracle shares with the others on its machine. */
    static Shadow of(Oracle.Watch watch) {
        if (watch instanceof LabWatch lab) {
            return lab.shadow();
        }
        throw new IllegalArgumentException("this oracle works with a watch of the lab, not " + watch.getClass());
    }

    Buffers buffers() {
        return buffers;
    }

    /** To be asked for first when an oracle is attached. */
    IdealMemory ideal() {
        if (ideal == null) {
            ideal = IdealMemory.in(store);
        }
        return ideal;
    }

    /** Follows one event; operands as in {@link EventKind}. */
    void follow(int kind, int actor, long a, long b, long c, long d) {
        switch (kind) {
            case EventKind.BUFFER_TO_DEVICE -> buffers.give(a, b, c, d);
            case EventKind.BUFFER_TO_CPU -> buffers.take(a, b, c, d);
            case EventKind.BUFFER_SYNC_FOR_CPU -> buffers.lend(c, d, true);
            case EventKind.BUFFER_SYNC_FOR_DEVICE -> buffers.lend(c, d, false);
            default -> { }
        }
        if (ideal != null) {
            followData(kind, actor, a, b, c, d);
        }
    }

    private void followData(int kind, int actor, long a, long b, long c, long d) {
        switch (kind) {
            case EventKind.CPU_WRITE -> ideal.write(a, (int) b, c, IdealMemory.CPU);
            case EventKind.DMA_WRITE -> ideal.write(wanted(actor, a, b, (int) c), (int) c, d, IdealMemory.DEVICE);
            case EventKind.BUFFER_TO_DEVICE -> {
                if (Buffers.directionOf(d) == Direction.FROM_DEVICE) {
                    ideal.forget(c, Buffers.lengthOf(d), false);
                }
            }
            case EventKind.BUFFER_TO_CPU, EventKind.BUFFER_SYNC_FOR_CPU -> {
                if (Buffers.directionOf(d) != Direction.TO_DEVICE) {
                    ideal.forget(c, Buffers.lengthOf(d), true);
                }
            }
            case EventKind.BUFFER_SYNC_FOR_DEVICE -> {
                if (Buffers.directionOf(d) == Direction.FROM_DEVICE) {
                    ideal.forget(c, Buffers.lengthOf(d), true);
                }
            }
            case Op.RTAS -> ideal.forget(a, RTAS_BLOCK_BYTES, true);
            default -> { }
        }
    }

    /** The physical address that an access of a device should have: the kernel's mapping, else where it went. */
    private long wanted(int actor, long bus, long physical, int widthBytes) {
        int buffer = buffers.find(Actor.sourceIdOf(actor), bus, widthBytes);
        return buffer < 0 ? physical : buffers.physicalOf(buffer, bus);
    }
}
