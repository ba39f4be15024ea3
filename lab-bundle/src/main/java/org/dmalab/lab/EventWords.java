package org.dmalab.lab;

import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;

/** Words for events: the architecture's own, and for events common to all machines words that any architecture has. */
public final class EventWords {
    private static final long LENGTH_MASK = (1L << 56) - 1;

    private EventWords() { }

    /**
     * Says what an event was; call it while the event happens, because words may come from the machine's state.
     *
     * @return the words, empty if the event is not worth a line
     */
    public static String of(Architecture architecture, Machine machine, Event event) {
        String words = architecture.describe(machine, event);
        return words == null || words.isEmpty() ? common(machine, event) : words;
    }

    /** Words for an event that is not worth a line by itself: the kind and its operands. */
    public static String raw(Machine machine, Event event) {
        String name = name(machine, event.a());
        return switch (event.kind()) {
            case Op.LOAD -> "reads " + name + " = " + hex(event.result());
            case Op.STORE -> "writes " + name + " = " + hex(event.c());
            case Op.COMPARE_EXCHANGE -> "exchanges " + name + " = " + hex(event.result()) + " for " + hex(event.e())
                    + " if it is " + hex(event.d());
            case Op.LOCK -> "takes lock " + name;
            case Op.UNLOCK -> "releases lock " + name;
            case Op.ALLOC -> "allocates " + machine.kernel().objectAt(event.result()) + " at " + hex(event.result());
            case Op.FREE -> "frees " + machine.kernel().objectAt(event.a());
            case EventKind.CPU_READ -> "reads " + event.b() + " bytes at " + hex(event.a()) + " = " + hex(event.c());
            case EventKind.CPU_WRITE -> "writes " + event.b() + " bytes at " + hex(event.a()) + " = "
                    + hex(event.c());
            default -> (event.kind() < Op.COUNT ? Op.name(event.kind()) : "event " + event.kind()) + "("
                    + hex(event.a()) + ", " + hex(event.b()) + ", " + hex(event.c()) + ", " + hex(event.d()) + ") = "
                    + hex(event.result());
        };
    }

    private static String name(Machine machine, long address) {
        return machine.kernel().nameOf(address);
    }

    private static String common(Machine machine, Event event) {
        long a = event.a();
        return switch (event.kind()) {
            case Op.PRINTK -> "printk: " + (machine.dmesg().count() == 0 ? Text.of(a)
                    : machine.dmesg().line(machine.dmesg().count() - 1).text());
            case Op.WARN -> "WARN: " + Text.of(a);
            case Op.BUG -> KernelBug.words(Text.of(a));
            case Op.IPI -> "IPI to cpu" + a + ", vector " + event.b();
            case EventKind.ACTION -> "begin " + Text.of(a);
            case EventKind.ACTION_END -> "end " + Text.of(a) + " = "
                    + (event.b() < 0 ? Errno.name(event.b()) : Long.toString(event.b()));
            case EventKind.INTERRUPT -> "interrupt " + a;
            case EventKind.REMARK -> Text.format(a, event.b(), event.c(), event.d());
            case EventKind.COMMAND_REFUSED -> "command " + hex(a) + " refused with " + event.b();
            case EventKind.BLOCKED -> (a == 0 ? "waits for lock " : "waits for ")
                    + machine.kernel().nameOf(event.b()) + ", it stays " + event.c();
            case EventKind.UNLOCK_UNOWNED -> "unlocks " + machine.kernel().nameOf(a) + ", which it does not hold";
            case EventKind.USE_AFTER_FREE -> freed(machine, event);
            default -> dma(event);
        };
    }

    private static String freed(Machine machine, Event event) {
        String does = switch ((int) event.b()) {
            case 0 -> "reads " + name(machine, event.a());
            case 1 -> "writes " + name(machine, event.a());
            default -> "frees " + machine.kernel().objectAt(event.a());
        };
        return does + ", which is not allocated";
    }

    private static String dma(Event event) {
        return switch (event.kind()) {
            case EventKind.DMA_READ -> "DMA read" + bus(event) + " at " + hex(event.b()) + " = " + hex(event.d());
            case EventKind.DMA_WRITE -> "DMA write" + bus(event) + " at " + hex(event.b()) + " = " + hex(event.d());
            case EventKind.DMA_FAULT -> "DMA " + (event.b() == 0 ? "read" : "write") + bus(event)
                    + " faulted, reason " + event.c();
            case EventKind.DMA_DROPPED -> "DMA " + (event.b() == 0 ? "read" : "write") + bus(event) + " was lost";
            case EventKind.DMA_ABORT -> "DMA " + (event.d() == 0 ? "read" : "write") + bus(event) + " reached "
                    + hex(event.b()) + ", where no memory is";
            case EventKind.BUFFER_TO_DEVICE -> buffer(event, "given to");
            case EventKind.BUFFER_TO_CPU -> buffer(event, "taken back from");
            case EventKind.BUFFER_SYNC_FOR_CPU -> buffer(event, "still mapped, taken for a time from");
            case EventKind.BUFFER_SYNC_FOR_DEVICE -> buffer(event, "still mapped, given back to");
            default -> "";
        };
    }

    private static String buffer(Event event, String what) {
        return "buffer at " + hex(event.c()) + ", " + (event.d() & LENGTH_MASK) + " bytes, bus " + hex(event.b()) + ", "
                + what + " " + Actor.bdf(event.a()) + " (" + direction(event.d() >>> 56) + ")";
    }

    private static String bus(Event event) {
        return " of bus " + hex(event.a());
    }

    private static String direction(long ordinal) {
        return ordinal < Direction.values().length ? Direction.of(ordinal).name() : "direction " + ordinal;
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
