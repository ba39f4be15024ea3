package org.dmalab.api.service;

/** The kernel's error numbers that occur here, negative as the kernel returns them. */
public final class Errno {
    /** Not permitted; also what NOTIFY_BAD becomes. */
    public static final long EPERM = -1;
    /** No memory. */
    public static final long ENOMEM = -12;
    /** It is there already. */
    public static final long EEXIST = -17;
    /** Device busy. */
    public static final long EBUSY = -16;
    /** No such device. */
    public static final long ENODEV = -19;
    /** Invalid argument. */
    public static final long EINVAL = -22;
    /** No space. */
    public static final long ENOSPC = -28;
    /** Input/output error. */
    public static final long EIO = -5;
    /** Not tried, because what comes first was declined. */
    public static final long ECANCELED = -125;
    /** Timed out. */
    public static final long ETIMEDOUT = -110;

    private Errno() { }

    /** {@code -EPERM} and the like; the number itself for others. */
    public static String name(long errno) {
        return switch ((int) errno) {
            case -1 -> "-EPERM";
            case -5 -> "-EIO";
            case -12 -> "-ENOMEM";
            case -16 -> "-EBUSY";
            case -17 -> "-EEXIST";
            case -19 -> "-ENODEV";
            case -22 -> "-EINVAL";
            case -28 -> "-ENOSPC";
            case -110 -> "-ETIMEDOUT";
            case -125 -> "-ECANCELED";
            default -> Long.toString(errno);
        };
    }
}
