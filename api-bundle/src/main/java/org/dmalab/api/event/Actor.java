package org.dmalab.api.event;

import java.util.HexFormat;

import org.dmalab.api.cpu.Level;

/** Who does something: a processor at a level, or a device, as one number. */
public final class Actor {
    private static final int DEVICE = 1 << 20;
    /** The remapping hardware, the hypervisor, a cache: the machine by itself. */
    public static final int MACHINE = 1 << 24;

    private Actor() { }

    /** A processor at a level. */
    public static int processor(int processor, Level level) {
        return processor << 2 | level.ordinal();
    }

    /** A device by source-id. */
    public static int device(long sourceId) {
        return DEVICE | (int) (sourceId & 0xffff);
    }

    /** Tells whether the actor is a device. */
    public static boolean isDevice(int actor) {
        return (actor & DEVICE) != 0;
    }

    /** Tells whether the actor is a processor. */
    public static boolean isProcessor(int actor) {
        return actor < DEVICE;
    }

    /** The processor of a processor actor. */
    public static int processorOf(int actor) {
        return actor >>> 2;
    }

    /** The source-id of a device actor. */
    public static int sourceIdOf(int actor) {
        return actor & 0xffff;
    }

    /** A name for timelines: {@code cpu0}, {@code cpu0 softirq}, {@code 02:00.0}. */
    public static String name(int actor) {
        if (actor == MACHINE) {
            return "machine";
        }
        if (isDevice(actor)) {
            return bdf(sourceIdOf(actor));
        }
        Level level = Level.of(actor & 3);
        String cpu = "cpu" + processorOf(actor);
        return switch (level) {
            case USER -> cpu;
            case SOFTIRQ -> cpu + " softirq";
            case HARDIRQ -> cpu + " hardirq";
        };
    }

    /** Bus, device and function as the kernel prints them: {@code 02:00.0}. */
    public static String bdf(long sourceId) {
        HexFormat digits = HexFormat.of();
        return digits.toHexDigits((byte) (sourceId >> 8)) + ":" + digits.toHexDigits((byte) (sourceId >> 3 & 0x1f))
                + "." + (sourceId & 7);
    }
}
