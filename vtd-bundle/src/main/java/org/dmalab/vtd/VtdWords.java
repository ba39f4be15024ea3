package org.dmalab.vtd;

import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Direction;
import org.dmalab.vtd.hardware.Capabilities;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.dmalab.vtd.hardware.SmartArray;
import org.dmalab.vtd.hardware.Units;
import org.dmalab.vtd.kernel.FaultReasons;
import org.dmalab.vtd.kernel.KernelEvent;

/** Says in VT-d's terms what an event was; an empty string for noise. */
public final class VtdWords {
    private static final long LENGTH = (1L << 56) - 1;
    private static final String[] COMMANDS = {"TE", "SRTP", "SFL", "EAFL", "WBF", "QIE", "IRE", "SIRTP", "CFI"};
    private static final String[] SCOPES = {"reserved", "global", "domain-selective", "device-selective"};
    private static final String[] IOTLB_SCOPES = {"reserved", "global", "domain-selective", "page-selective"};

    private VtdWords() { }

    static String describe(VtdModel model, Event event) {
        String words = words(model, event);
        boolean several = model.units().all().size() > 1 && !words.isEmpty();
        boolean ofUnit = Actor.isMachine(event.actor()) && event.kind() != EventKind.CPU_WRITE
                && event.kind() != HardwareEvent.LINE_WRITTEN_BACK;
        return several && ofUnit ? "dmar" + Actor.unitOf(event.actor()) + ": " + words : words;
    }

    private static String words(VtdModel model, Event event) {
        return switch (event.kind()) {
            case Op.REG_WRITE -> registerWrite(model, event.a(), event.c());
            case Op.PRINTK, Op.BUG, Op.WARN, EventKind.INTERRUPT -> "";
            case EventKind.DMA_READ -> "reads " + access(event);
            case EventKind.DMA_WRITE -> "writes " + access(event);
            case EventKind.DMA_FAULT -> String.format("%s of 0x%x refused: fault reason 0x%x, %s",
                    event.b() == 0 ? "read" : "write", event.a(), event.c(), Text.of(FaultReasons.text(event.c())));
            case EventKind.DMA_DROPPED -> String.format("%s of 0x%x lost, no fault recorded",
                    event.b() == 0 ? "read" : "write", event.a());
            case EventKind.DMA_ABORT -> String.format("%s of 0x%x: no memory at 0x%x",
                    event.d() == 0 ? "read" : "write", event.a(), event.b());
            case EventKind.BUFFER_TO_DEVICE -> "buffer mapped: " + buffer(event);
            case EventKind.BUFFER_TO_CPU -> "buffer unmapped: " + buffer(event);
            case EventKind.COMMAND_REFUSED -> refused(unitOf(model, event).capabilities(), event);
            default -> unit(event);
        };
    }

    private static RemappingUnit unitOf(VtdModel model, Event event) {
        return model.units().all().get(Actor.unitOf(event.actor())).unit();
    }

    private static String access(Event event) {
        return String.format("0x%x -> memory 0x%x, %d bytes: 0x%x", event.a(), event.b(), event.c(), event.d());
    }

    private static String buffer(Event event) {
        Direction direction = Direction.of(event.d() >>> 56 & 3);
        return String.format("%s 0x%x -> memory 0x%x, 0x%x bytes, %s", Actor.bdf(event.a()), event.b(), event.c(),
                event.d() & LENGTH, direction.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
    }

    private static String unit(Event event) {
        return switch (event.kind()) {
            case HardwareEvent.TRANSLATED -> translated(event);
            case HardwareEvent.CONTEXT_CACHED -> String.format(event.c() < 0
                    ? "context entry of %s cached: RID_PASID %d PASID directory 0x%x"
                    : "context entry of %s cached: did=%d tables 0x%x", Actor.bdf(event.a()),
                    event.c() < 0 ? event.c() & 0xfffff : event.c() >>> 8 & 0xffff, event.b() & ~0xfffL);
            case HardwareEvent.CONTEXT_FLUSHED -> flushed("context cache", SCOPES, event,
                    event.a() == 3 ? " sid=" + Actor.bdf(event.c()) : "");
            case HardwareEvent.IOTLB_FLUSHED -> flushed("IOTLB", IOTLB_SCOPES, event,
                    event.a() == 3 ? pages(event.c()) : "");
            case HardwareEvent.FAULT_RECORDED -> String.format("fault record %d: sid=%s address 0x%x reason 0x%x",
                    event.a(),
                    Actor.bdf(event.b()), event.c(), event.d());
            case HardwareEvent.FAULT_UNRECORDED -> String.format("fault of %s at 0x%x, reason 0x%x, not recorded: %s",
                    Actor.bdf(event.b()), event.c(), event.d(), switch ((int) event.a()) {
                        case 1 -> "no free record";
                        case 2 -> "one is pending for the device";
                        default -> "fault processing is disabled";
                    });
            case HardwareEvent.CACHES_RESET -> "the unit empties its caches: "
                    + (event.a() == 1 ? "root table pointer set" : "translation enable changed");
            case HardwareEvent.DESCRIPTOR -> String.format("queue descriptor %d: %s", event.a(),
                    DescriptorWords.of(event.b(), event.c()));
            case HardwareEvent.PASIDS_FLUSHED -> String.format("PASID cache flushed, %s: %d entries dropped",
                    switch ((int) event.a()) {
                        case 3 -> "global";
                        case 0 -> "did=" + event.b();
                        default -> "did=" + event.b() + " PASID " + event.c();
                    }, event.d());
            case HardwareEvent.QUEUE_ERROR -> DescriptorWords.error(event);
            case HardwareEvent.DEVICE_TLB_FLUSHED -> String.format("device-TLB of %s, 0x%x and %s: %s",
                    Actor.bdf(event.a()),
                    event.b(), event.c() <= 0 ? "all" : "0x" + Long.toHexString(event.c()) + " bytes",
                    event.d() < 0 ? "no answer" : event.d() + " entries dropped");
            case HardwareEvent.LINE_WRITTEN_BACK -> String.format("dirty line 0x%x written back: %s", event.a(),
                    switch ((int) event.b()) {
                        case 1 -> "its place was needed";
                        case 2 -> "by itself";
                        default -> "a device wrote to it";
                    });
            case KernelEvent.DOMAIN_ID_TAKEN -> String.format("%sdid=%d goes to a new domain",
                    event.b() == 0 ? "" : "dmar" + event.b() + ": ", event.a());
            case HardwareEvent.PAGE_FAULT -> String.format("page fault: no memory at 0x%x", event.a());
            case HardwareEvent.HALF_READ -> String.format("%s half of the context entry at 0x%x read: 0x%x",
                    event.b() == 1 ? "lower" : "upper", event.a(), event.c());
            default -> "";
        };
    }

    private static String flushed(String cache, String[] scopes, Event event, String detail) {
        return String.format("%s flushed, %s%s%s: %d entries dropped", cache, scopes[(int) event.a()],
                event.a() == 1 ? "" : " did=" + event.b(), detail, event.d());
    }

    private static String pages(long addressAndMask) {
        return String.format(" 0x%x, 2^%d pages", addressAndMask & ~0xfffL, addressAndMask & 0x3f);
    }

    /** A hit in the context cache is worth a line, a hit in the IOTLB too; DMA_READ and DMA_WRITE follow. */
    private static String translated(Event event) {
        boolean contextHit = (event.c() & HardwareEvent.CONTEXT_HIT) != 0;
        String walked = contextHit ? "context cache hit, tables walked" : "tables walked";
        String from = (event.c() & HardwareEvent.IOTLB_HIT) != 0 ? "IOTLB hit" : walked;
        return String.format("translates 0x%x -> 0x%x, did=%d: %s", event.a(), event.b(), event.d(), from);
    }

    // ---- register writes ----

    private static String registerWrite(VtdModel model, long address, long value) {
        long controller = address - model.controllerBase();
        if (controller >= 0 && controller < SmartArray.BYTES) {
            return switch ((int) controller) {
                case SmartArray.DOORBELL -> String.format("hpsa doorbell = 0x%x", value);
                case SmartArray.REQUEST_PORT -> String.format("hpsa request port = 0x%x", value);
                default -> "";
            };
        }
        Units.Unit unit = model.units().at(address);
        if (unit == null) {
            return String.format("register 0x%x = 0x%x", address, value);
        }
        return (model.units().all().size() > 1 ? "dmar" + unit.number() + ": " : "")
                + named(unit.unit().capabilities(), address - unit.base(), value);
    }

    /** A write to a register of the unit: {@code CCMD device-selective did=1 sid=02:00.0}. */
    public static String named(Capabilities capabilities, long offset, long value) {
        String name = Reg.name(capabilities, offset);
        return switch (name) {
            case "CCMD" -> contextCommand(value);
            case "IOTLB" -> iotlbCommand(value);
            case "IVA" -> String.format("IVA 0x%x am=%d%s", value & ~0xfffL, value & 0x3f,
                    (value & 0x40) != 0 ? " ih" : "");
            case "GCMD" -> "GCMD" + commands(value);
            default -> String.format("%s = 0x%x", name, value);
        };
    }

    private static String contextCommand(long value) {
        int scope = (int) (value >>> 61) & 3;
        String detail = scope < 2 ? "" : " did=" + (value & 0xffff);
        if (scope == 3) {
            detail += " sid=" + Actor.bdf(value >>> 16 & 0xffff);
            detail += (value >>> 32 & 3) == 0 ? "" : " fm=" + (value >>> 32 & 3);
        }
        return "CCMD " + SCOPES[scope] + detail + (value < 0 ? "" : " (not started)");
    }

    private static String iotlbCommand(long value) {
        int scope = (int) (value >>> 60) & 3;
        return "IOTLB " + IOTLB_SCOPES[scope] + (scope < 2 ? "" : " did=" + (value >>> 32 & 0xffff))
                + (value < 0 ? "" : " (not started)");
    }

    private static String commands(long value) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < COMMANDS.length; i++) {
            if ((value >>> (31 - i) & 1) != 0) {
                text.append(text.isEmpty() ? " " : "|").append(COMMANDS[i]);
            }
        }
        return text.isEmpty() ? " 0" : text.toString();
    }

    private static String refused(Capabilities capabilities, Event event) {
        String why = switch ((int) event.b()) {
            case RemappingUnit.WRONG_WIDTH -> "wrong width";
            case RemappingUnit.QUEUE_ENABLED -> "queued invalidation is enabled";
            default -> "reserved";
        };
        return "refused, " + why + ": " + named(capabilities, event.a(), event.c());
    }
}
