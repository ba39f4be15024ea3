package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Errno;

/** rtas_call: builds the argument block in the kernel's RTAS page. The caller holds {@link KernelLayout#RTAS_LOCK}. */
public final class RtasCall {
    private static final long BUSY = -2;
    private static final long PARAMETER = -3;
    private static final long EXTENDED_DELAY_MIN = 9900;
    private static final long EXTENDED_DELAY_MAX = 9905;
    private static final long MILLISECOND = 1_000_000;

    private RtasCall() { }

    /** Takes the lock and writes token and counts; returns the address of the block. */
    public static long begin(Cpu cpu, long token, int arguments, int results) {
        cpu.lock(KernelLayout.RTAS_LOCK);
        long block = cpu.load(KernelLayout.RTAS_ARGS);
        cpu.write(block, 4, Endian.BIG, token);
        cpu.write(block + 4, 4, Endian.BIG, arguments);
        cpu.write(block + 8, 4, Endian.BIG, results);
        for (int i = 0; i < results; i++) {
            cpu.write(block + 4L * (3 + arguments + i), 4, Endian.BIG, 0);
        }
        return block;
    }

    /** Writes one argument. */
    public static void argument(Cpu cpu, long block, int index, long value) {
        cpu.write(block + 4L * (3 + index), 4, Endian.BIG, value & 0xffffffffL);
    }

    /** Makes the call; returns its status, sign extended. */
    @KernelFunction("rtas_call")
    public static long call(Cpu cpu, long block, int arguments) {
        cpu.rtas(Pages.physical(block));
        return (int) cpu.read(block + 4L * (3 + arguments), 4, Endian.BIG);
    }

    /** Reads one result; 0 is the status. */
    public static long result(Cpu cpu, long block, int arguments, int index) {
        return cpu.read(block + 4L * (3 + arguments + index), 4, Endian.BIG);
    }

    /** Releases the lock. */
    public static void end(Cpu cpu) {
        cpu.unlock(KernelLayout.RTAS_LOCK);
    }

    /** rtas_busy_delay: waits as long as a status asks for; false if it asks for no other call. */
    @KernelFunction("rtas_busy_delay")
    public static boolean busyDelay(Cpu cpu, long status) {
        if (status == BUSY) {
            cpu.delay(MILLISECOND);
            return true;
        }
        if (status >= EXTENDED_DELAY_MIN && status <= EXTENDED_DELAY_MAX) {
            long delay = MILLISECOND;
            for (long i = EXTENDED_DELAY_MIN; i < status; i++) {
                delay *= 10;
            }
            cpu.delay(delay);
            return true;
        }
        return false;
    }

    /** set-indicator; returns the status. */
    @KernelFunction("rtas_set_indicator")
    public static long setIndicator(Cpu cpu, long indicator, long index, long state) {
        long block = begin(cpu, cpu.load(KernelLayout.SET_INDICATOR), 3, 1);
        argument(cpu, block, 0, indicator);
        argument(cpu, block, 1, index);
        argument(cpu, block, 2, state);
        long status = call(cpu, block, 3);
        end(cpu);
        return status;
    }

    /** The error number for a status of an RTAS call. */
    @KernelFunction("rtas_error_rc")
    static long toErrno(long status) {
        if (status == 0) {
            return 0;
        }
        return status == PARAMETER ? Errno.EINVAL : Errno.EIO;
    }
}
