package org.dmalab.mips;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.Variable;
import org.dmalab.mips.hardware.HardwareEvent;
import org.dmalab.mips.kernel.KernelEvent;
import org.dmalab.mips.kernel.KmType;
import org.dmalab.mips.kernel.KernelLayout;

/**
 * Words for events. Words of one maintenance section's line operations begin alike (the operation's name), so that a
 * timeline can collapse them.
 */
public final class MipsWords {
    private static final String[] OPERATIONS = {"Hit_Writeback_Inv_D", "Hit_Invalidate_D", "Hit_Writeback_Inv_SD",
        "Hit_Invalidate_SD", "Index_Writeback_Inv_D", "Index_Writeback_Inv_SD"};
    private static final int OPERAND_SHIFT = 56;

    private MipsWords() { }

    static String of(Event event) {
        return switch (event.kind()) {
            case HardwareEvent.CACHE_LINE -> cacheLine(event);
            case HardwareEvent.TLB_FLUSH -> event.b() != 0 ? "TLB flush of every entry"
                    : "TLB flush of the pair of " + hex(event.a());
            case HardwareEvent.ACCESS_FAULT -> fault(event);
            case HardwareEvent.PREFETCH -> (event.b() == 0 ? "prefetch of" : "store that is not executed dirties")
                    + " the line at phys " + hex(event.a());
            case HardwareEvent.FETCH -> "fetches instruction " + hex(event.c()) + " at phys " + hex(event.a());
            case EventKind.WRITE_BACK -> "write-back of " + event.b() + " bytes to phys " + hex(event.a())
                    + (event.c() != 0 ? ", evicted" : "");
            case KernelEvent.SECTION_BEGIN -> "maintenance of " + range(event) + " begins"
                    + (event.c() != 0 ? ", for the processor" : ", for the device");
            case KernelEvent.SECTION_END -> "maintenance of " + range(event) + " ends";
            case EventKind.BUFFER_TO_DEVICE -> "mapped " + buffer(event);
            case EventKind.BUFFER_TO_CPU -> "unmapped " + buffer(event);
            case EventKind.BUFFER_SYNC_FOR_CPU -> "synced for the processor " + buffer(event);
            case EventKind.BUFFER_SYNC_FOR_DEVICE -> "synced for the device " + buffer(event);
            case Op.STORE -> store(event);
            case Op.LOCK -> lock("spin_lock", event);
            case Op.UNLOCK -> lock("spin_unlock", event);
            case Op.IRQ_SAVE -> "local_irq_save";
            case Op.IRQ_RESTORE -> event.a() == 0 ? "local_irq_restore, interrupts on" : "local_irq_restore, stay off";
            case Op.BARRIER -> "SYNC";
            default -> "";
        };
    }

    /** The instruction's name as the kernel's header has it. */
    public static String operation(long ordinal) {
        CacheOp operation = CacheOp.of(ordinal);
        return switch (operation) {
            case HIT_INVALIDATE_I -> "Hit_Invalidate_I";
            case INDEX_INVALIDATE_I -> "Index_Invalidate_I";
            case INDEX_STORE_TAG_D -> "Index_Store_Tag_D";
            case INDEX_STORE_TAG_S -> "Index_Store_Tag_SD";
            case FLUSH_READ_AHEAD -> "RAC flush";
            default -> ordinal < OPERATIONS.length ? OPERATIONS[(int) ordinal] : operation.name();
        };
    }

    private static String cacheLine(Event event) {
        long flags = event.d();
        String where = event.c() == HardwareEvent.NO_ADDRESS ? "" : " phys " + hex(event.c());
        return operation(event.a()) + " " + hex(event.b()) + where + ": " + outcome(flags);
    }

    private static String outcome(long flags) {
        if ((flags & HardwareEvent.UNCACHED) != 0) {
            return "uncached, no effect";
        }
        if ((flags & HardwareEvent.HIT) == 0) {
            return "miss";
        }
        if ((flags & HardwareEvent.WRITTEN_BACK) != 0) {
            return "dirty, written back";
        }
        return (flags & HardwareEvent.DROPPED) != 0 ? "dirty, data dropped" : "clean, dropped";
    }

    private static String fault(Event event) {
        String why = switch ((int) event.b()) {
            case (int) HardwareEvent.NOT_MAPPED -> "no page table entry";
            case (int) HardwareEvent.NOT_ALIGNED -> "address error";
            default -> "bus error";
        };
        return "exception at " + hex(event.a()) + ": " + why;
    }

    private static String range(Event event) {
        return "phys " + hex(event.a()) + ", " + event.b() + " bytes";
    }

    private static String buffer(Event event) {
        long length = event.d() & (1L << OPERAND_SHIFT) - 1;
        int direction = (int) (event.d() >>> OPERAND_SHIFT);
        String words = switch (direction) {
            case 1 -> "to the device";
            case 2 -> "from the device";
            default -> "both ways";
        };
        return "phys " + hex(event.c()) + ", " + length + " bytes, bus address " + hex(event.b()) + ", " + words;
    }

    private static String lock(String what, Event event) {
        return event.a() == KernelLayout.KMAP_LOCK.address() ? what + "(kmap_lock)" : "";
    }

    private static String store(Event event) {
        long fixed = index(KernelLayout.FIXMAP_PAGE_TABLE, event.a());
        if (fixed >= 0) {
            long slot = KernelLayout.FIXMAP_COUNT - 1 - fixed - KernelLayout.FIX_KMAP_BEGIN;
            return "set_pte of kmap_atomic slot " + slot % KmType.COUNT + " of cpu" + slot / KmType.COUNT + " to "
                    + page(event.c());
        }
        long pool = index(KernelLayout.PKMAP_PAGE_TABLE, event.a());
        return pool >= 0 ? "set_pte of kmap entry " + pool + " to " + page(event.c()) : "";
    }

    private static long index(Variable array, long address) {
        long index = (address - array.address()) / array.widthBytes();
        return address >= array.address() && index < array.count() ? index : -1;
    }

    private static String page(long pte) {
        return pte == 0 ? "nothing" : "phys " + hex(pte & KernelLayout.PAGE_MASK);
    }

    public static String hex(long address) {
        return String.format("0x%08x", address);
    }
}
