package org.dmalab.api.event;

import java.util.HexFormat;

import org.dmalab.api.cpu.Level;

/**
 * Who does something: a processor at a level, a device, or a part of the machine, as one number. The source-id of a
 * device is bus, device and function, with the number of its PCI segment above them (bits 19:16).
 */
public final class Actor {
    private static final int DEVICE = 1 << 20;
    /** The remapping hardware, the hypervisor, a cache: the machine by itself. */
    public static final int MACHINE = 1 << 24;

    private static final int SEGMENT_SHIFT = 16;
    private static final int SOURCE_ID = (1 << 20) - 1;

    private Actor() { }

    /** One of several units of the same kind by itself; number 0 is {@link #MACHINE}. */
    public static int unit(int number) {
        return MACHINE | number;
    }

    /** Tells whether the actor is the machine by itself, or a unit of it. */
    public static boolean isMachine(int actor) {
        return (actor & MACHINE) != 0;
    }

    /** The number of a unit. */
    public static int unitOf(int actor) {
        return actor & ~MACHINE;
    }

    /** A processor at a level. */
    public static int processor(int processor, Level level) {
        return processor << 2 | level.ordinal();
    }

    /** A device by source-id. */
    public static int device(long sourceId) {
        return DEVICE | (int) (sourceId & SOURCE_ID);
    }

    /** Tells whether the actor is a device. */
    public static boolean isDevice(int actor) {
        return (actor & (DEVICE | MACHINE)) == DEVICE;
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
        return actor & SOURCE_ID;
    }

    /** A name for timelines: {@code cpu0}, {@code cpu0 softirq}, {@code 02:00.0}. */
    public static String name(int actor) {
        if (isMachine(actor)) {
            return actor == MACHINE ? "machine" : "unit " + unitOf(actor);
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

    /** Bus, device and function as the kernel prints them: {@code 02:00.0}, or {@code 0001:02:00.0} of a segment. */
    public static String bdf(long sourceId) {
        HexFormat digits = HexFormat.of();
        int segment = (int) (sourceId >> SEGMENT_SHIFT) & 0xf;
        return (segment == 0 ? "" : digits.toHexDigits((short) segment) + ":")
                + digits.toHexDigits((byte) (sourceId >> 8)) + ":"
                + digits.toHexDigits((byte) (sourceId >> 3 & 0x1f)) + "." + (sourceId & 7);
    }
}
