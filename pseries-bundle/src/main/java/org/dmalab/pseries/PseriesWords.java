package org.dmalab.pseries;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.pseries.hardware.HardwareEvent;
import org.dmalab.pseries.hardware.Papr;
import org.dmalab.pseries.hardware.PlatformRequest;
import org.dmalab.pseries.hardware.RtasTokens;
import org.dmalab.pseries.kernel.KernelEvent;
import org.dmalab.pseries.kernel.Pages;

/** Events of a partition in the words of kernel and platform. */
final class PseriesWords {
    private static final long STOP = 0x8000;

    private PseriesWords() { }

    static String describe(Machine machine, Event event) {
        long a = event.a();
        return switch (event.kind()) {
            case Op.HCALL -> hypercall(event);
            case HardwareEvent.RTAS -> rtas(machine, event);
            case HardwareEvent.TABLE_ENABLED -> "window " + hex(a) + " opened: " + hex(event.c()) + " TCEs of "
                    + size(1L << event.b()) + " at bus " + hex(event.d());
            case HardwareEvent.TABLE_DISABLED -> "window " + hex(a) + " closed";
            case HardwareEvent.PE_FROZEN -> "EEH: PHB " + a + " frozen";
            case HardwareEvent.HYPERVISOR_ABORT -> "the hypervisor aborts: " + Text.of(a);
            case HardwareEvent.MEMORY_ASSIGNED -> "memory " + range(a, event.b()) + (event.c() != 0 ? " assigned"
                    : " taken away");
            case HardwareEvent.RESET -> "partition reset";
            case KernelEvent.MEMORY_NOTIFY -> "memory_notify(" + action(a) + ", "
                    + range(event.b() << Pages.PAGE_SHIFT, event.c() << Pages.PAGE_SHIFT) + "): " + answer(event.d());
            case KernelEvent.MEMORY_BLOCK -> "memory block " + range(a, event.b()) + (event.c() != 0 ? " is on line"
                    : " is off line");
            case EventKind.COMMAND_REFUSED -> tokens(machine).name(a) + " refused with status " + event.b();
            case EventKind.DMA_FAULT -> Actor.name(event.actor()) + (event.b() != 0 ? " writes" : " reads") + " bus "
                    + hex(a) + ": " + (event.c() == HardwareEvent.NO_WINDOW ? "no window there"
                    : "the TCE does not permit it");
            default -> "";
        };
    }

    private static String hypercall(Event event) {
        long number = event.a();
        if (PlatformRequest.is(number)) {
            return request(event);
        }
        String name = Papr.hypercallName(number);
        String head = name + "(liobn " + hex(event.b()) + ", ioba " + hex(event.c());
        String tail = ") = " + Papr.codeName(event.result());
        if (number == Papr.H_PUT_TCE_INDIRECT) {
            return head + ", list " + hex(event.d()) + ", " + event.e() + " TCEs" + tail;
        } else if (number == Papr.H_STUFF_TCE) {
            return head + ", tce " + hex(event.d()) + ", " + event.e() + " TCEs" + tail;
        } else if (number == Papr.H_PUT_TCE) {
            return head + ", tce " + hex(event.d()) + tail;
        } else if (number == Papr.H_GET_TCE) {
            return head + tail;
        }
        return name + "(" + hex(event.b()) + ", " + hex(event.c()) + ", " + hex(event.d()) + ", " + hex(event.e())
                + tail;
    }

    private static String request(Event event) {
        if (event.a() == PlatformRequest.CAPACITY) {
            return "the partition moves to a platform with memory up to " + hex(event.b());
        }
        return "the platform " + (event.a() == PlatformRequest.PLUG ? "gives" : "asks back") + " memory "
                + range(event.b(), event.c());
    }

    private static String rtas(Machine machine, Event event) {
        RtasTokens tokens = tokens(machine);
        long token = event.a();
        String status = " = " + event.b();
        String name = tokens.name(token);
        if (token == tokens.query()) {
            return name + status + ", " + event.c() + " windows available, largest block " + hex(event.d()) + " TCEs";
        } else if (token == tokens.create()) {
            return name + "(page shift " + (event.c() >>> 8) + ", window shift " + (event.c() & 0xff) + ")" + status
                    + (event.b() == 0 ? ", liobn " + hex(event.d()) : "");
        } else if (token == tokens.remove()) {
            return name + "(liobn " + hex(event.c()) + ")" + status;
        } else if (token == tokens.reset()) {
            return name + "(" + (event.d() != 0 ? "limited addresses" : "default window") + ")" + status;
        } else if (token == tokens.setIndicator()) {
            return name + "(drc index " + hex(event.c()) + ", " + event.d() + ")" + status;
        }
        return name + status;
    }

    private static RtasTokens tokens(Machine machine) {
        return machine.model(PseriesModel.class).partition().rtas().tokens();
    }

    private static String action(long action) {
        return switch ((int) action) {
            case MemoryNotifier.MEM_ONLINE -> "MEM_ONLINE";
            case MemoryNotifier.MEM_GOING_OFFLINE -> "MEM_GOING_OFFLINE";
            case MemoryNotifier.MEM_OFFLINE -> "MEM_OFFLINE";
            case MemoryNotifier.MEM_GOING_ONLINE -> "MEM_GOING_ONLINE";
            case MemoryNotifier.MEM_CANCEL_ONLINE -> "MEM_CANCEL_ONLINE";
            case MemoryNotifier.MEM_CANCEL_OFFLINE -> "MEM_CANCEL_OFFLINE";
            default -> "action " + action;
        };
    }

    private static String answer(long answer) {
        if (answer == MemoryNotifier.NOTIFY_OK) {
            return "NOTIFY_OK";
        } else if (answer == MemoryNotifier.NOTIFY_BAD) {
            return "NOTIFY_BAD";
        }
        return (answer & STOP) != 0 ? "stopped with " + (1 - (answer & ~STOP)) : "not handled";
    }

    private static String range(long start, long length) {
        return "[" + hex(start) + "-" + hex(start + length - 1) + "]";
    }

    private static String size(long bytes) {
        if (bytes >= 1L << 30) {
            return (bytes >> 30) + "G";
        }
        return bytes >= 1 << 20 ? (bytes >> 20) + "M" : (bytes >> 10) + "K";
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
