package org.dmalab.shell.swap;

import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;

/** Counts what no oracle lets pass, without remembering anything else; owned by one thread of a storm. */
final class StormWatch implements EventSink {
    private long violations;

    @Override
    public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        boolean wrong = switch (kind) {
            case Op.HCALL -> result < 0;
            case Op.WARN, Op.BUG, EventKind.COMMAND_REFUSED, EventKind.DMA_FAULT, EventKind.DMA_DROPPED,
                    EventKind.DMA_ABORT, EventKind.USE_AFTER_FREE, EventKind.UNLOCK_UNOWNED,
                    EventKind.BLOCKED -> true;
            default -> false;
        };
        if (wrong) {
            violations++;
        }
    }

    long violations() {
        return violations;
    }
}
