package org.dmalab.pseries.hardware;

/** Numbers of the platform's interface (LoPAR): hypercalls, return codes, TCE bits, RTAS status. */
public final class Papr {
    /** H_GET_TCE: liobn, ioba; returns the TCE in R4. */
    public static final long H_GET_TCE = 0x1c;
    /** H_PUT_TCE: liobn, ioba, tce. */
    public static final long H_PUT_TCE = 0x20;
    /** H_STUFF_TCE: liobn, ioba, tce, count. */
    public static final long H_STUFF_TCE = 0x138;
    /** H_PUT_TCE_INDIRECT: liobn, ioba, real address of a list, count. */
    public static final long H_PUT_TCE_INDIRECT = 0x13c;
    /** H_SUCCESS. */
    public static final long H_SUCCESS = 0;
    /** H_FUNCTION: no such hypercall. */
    public static final long H_FUNCTION = -2;
    /** H_PARAMETER. */
    public static final long H_PARAMETER = -4;
    /** H_NOT_ENOUGH_RESOURCES. */
    public static final long H_NOT_ENOUGH_RESOURCES = -44;
    /** Entries of a list of H_PUT_TCE_INDIRECT: one page of 4 KiB. */
    public static final int LIST_ENTRIES = 512;
    /** RTAS status: done. */
    public static final long RTAS_SUCCESS = 0;
    /** RTAS status: hardware error. */
    public static final long RTAS_HARDWARE = -1;
    /** RTAS status: busy, call again. */
    public static final long RTAS_BUSY = -2;
    /** RTAS status: parameter error. */
    public static final long RTAS_PARAMETER = -3;

    private static final int PAGE_SHIFT_BITS = 9;

    private Papr() { }

    /** The page shift that a bit of a page mask stands for; bit 8, 2 MiB, is out of order. */
    public static int pageShift(int bit) {
        return switch (bit) {
            case 0 -> 12;
            case 1 -> 16;
            case 2 -> 24;
            case 3 -> 25;
            case 4 -> 26;
            case 5 -> 27;
            case 6 -> 28;
            case 7 -> 34;
            default -> 21;
        };
    }

    /** Number of bits of a page mask that have a meaning. */
    public static int pageShifts() {
        return PAGE_SHIFT_BITS;
    }

    /** The largest page shift of a page mask; 0 if it has none. */
    public static int largestPageShift(long mask) {
        int largest = 0;
        for (int bit = 0; bit < PAGE_SHIFT_BITS; bit++) {
            if ((mask >>> bit & 1) != 0) {
                largest = Math.max(largest, pageShift(bit));
            }
        }
        return largest;
    }

    /** Name of a hypercall, or its number. */
    public static String hypercallName(long number) {
        if (number == H_GET_TCE) {
            return "H_GET_TCE";
        } else if (number == H_PUT_TCE) {
            return "H_PUT_TCE";
        } else if (number == H_STUFF_TCE) {
            return "H_STUFF_TCE";
        } else if (number == H_PUT_TCE_INDIRECT) {
            return "H_PUT_TCE_INDIRECT";
        }
        return "hypercall 0x" + Long.toHexString(number);
    }

    /** Name of a return code, or its number. */
    public static String codeName(long code) {
        return switch ((int) code) {
            case 0 -> "H_SUCCESS";
            case -1 -> "H_HARDWARE";
            case -2 -> "H_FUNCTION";
            case -4 -> "H_PARAMETER";
            case -44 -> "H_NOT_ENOUGH_RESOURCES";
            default -> Long.toString(code);
        };
    }
}
