package org.dmalab.pseries.hardware;

/**
 * What a person or a management console asks of the platform beneath a partition. Such a request goes the way of a
 * hypercall, so that it is one step among those of the kernel; the numbers are none that a kernel uses.
 */
public final class PlatformRequest {
    /** Give memory: start, bytes; what of it the platform does not have is left out. */
    public static final long PLUG = 0xd000_0000L;
    /** Ask for memory back: start, bytes. */
    public static final long UNPLUG = 0xd000_0001L;
    /** Move to a platform with another end of memory: ibm,lrdr-capacity. */
    public static final long CAPACITY = 0xd000_0002L;

    private final DynamicMemory memory;

    /** Requests about memory that comes and goes. */
    public PlatformRequest(DynamicMemory memory) {
        this.memory = memory;
    }

    /** Tells whether a hypercall's number stands for a request. */
    public static boolean is(long number) {
        return number >= PLUG && number <= CAPACITY;
    }

    /** Does what is asked. */
    public void make(long number, long first, long second) {
        if (number == PLUG) {
            memory.plug(first, second);
        } else if (number == UNPLUG) {
            memory.requestUnplug(first, second);
        } else {
            memory.setCapacity(first);
        }
    }
}
