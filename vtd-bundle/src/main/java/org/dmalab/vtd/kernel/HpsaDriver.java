package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.Buffer;
import org.dmalab.vtd.kernel.KernelLayout.Device;

/**
 * The probe of the hpsa driver: in a capture kernel the controller is reset by its doorbell and must answer a no-op
 * message; then the command pool is allocated.
 */
public final class HpsaDriver {
    private static final long BANNER = Text.id("HP HPSA Driver (v 3.4.16-0)");
    private static final long DOORBELL = Text.id("hpsa 0000:%02x:%02x.%d: using doorbell to reset controller");
    private static final long READY = Text.id("hpsa 0000:%02x:%02x.%d: board ready after hard reset.");
    private static final long NOT_RESET = Text.id("hpsa 0000:%02x:%02x.%d: Unable to successfully reset controller. "
            + "Will try soft reset.");
    private static final long NOT_READY = Text.id("hpsa 0000:%02x:%02x.%d: Failed waiting for board to become ready "
            + "after hard reset");
    private static final long WAITING = Text.id("hpsa 0000:%02x:%02x.%d: Waiting for controller to respond to no-op");
    private static final long TIMED_OUT = Text.id("hpsa 0000:%02x:%02x.%d: controller message %02x:%02x timed out");
    private static final long SUCCEEDED = Text.id("hpsa 0000:%02x:%02x.%d: controller message %02x:%02x succeeded");
    private static final long RETRY = Text.id("hpsa 0000:%02x:%02x.%d: no-op failed; re-trying");
    private static final long FAILED = Text.id("hpsa 0000:%02x:%02x.%d: no-op failed");
    private static final int DOORBELL_REGISTER = 0x20;
    private static final int REQUEST_PORT = 0x40;
    private static final int REPLY_PORT = 0x44;
    private static final int SCRATCHPAD = 0xb0;
    private static final int DRIVER_VERSION = 0x400;
    private static final int DRIVER_VERSION_BYTES = 32;
    private static final long DOORBELL_RESET = 0x20;
    private static final long FIRMWARE_READY = 0xffff0000L;
    private static final long CANARY = 0x2e342e3320637068L;
    private static final int NO_OP = 3;
    private static final int COMMAND_BYTES = 64;
    private static final int CDB_BYTES = 16;
    private static final int MESSAGE_POLLS = 10;
    private static final long MESSAGE_POLL_MS = 10_000;
    private static final int READY_POLLS = 1200;
    private static final long READY_POLL_MS = 100;
    private static final long REPLY_FLAGS = 3;

    private HpsaDriver() { }

    /**
     * {@code hpsa_init_one}.
     *
     * @param cpu where it runs
     * @param sourceId the controller
     * @param tries how often the no-op is sent at most (the driver: 12)
     * @return 0 or a negative error number
     */
    @KernelFunction("hpsa_init_one")
    public static long probe(Cpu cpu, long sourceId, long tries) {
        long device = Devices.find(cpu, sourceId);
        if (Devices.isError(device)) {
            return device;
        }
        if (cpu.load(device, Device.BAR) == 0) {
            return Errno.ENODEV;
        }
        cpu.printk(BANNER);
        Devices.enable(cpu, device);
        if (cpu.load(KernelLayout.RESET_DEVICES) != 0) {
            long result = reset(cpu, device);
            result = result < 0 ? result : noOps(cpu, device, tries);
            if (result < 0) {
                return result;
            }
        }
        long pool = DmaApi.alloc(cpu, device, Pages.BYTES, Direction.BIDIRECTIONAL);
        return Devices.isError(pool) ? pool : 0;
    }

    /** {@code hpsa_kdump_hard_reset_controller}: the firmware clears the driver version when it was reset. */
    @KernelFunction("hpsa_kdump_hard_reset_controller")
    private static long reset(Cpu cpu, long device) {
        sleep(cpu, 260);
        for (int offset = 0; offset < DRIVER_VERSION_BYTES; offset += 8) {
            cpu.writeRegister(bar(cpu, device) + DRIVER_VERSION + offset, 8, CANARY);
        }
        say(cpu, DOORBELL, device);
        cpu.writeRegister(bar(cpu, device) + DOORBELL_REGISTER, 4, DOORBELL_RESET);
        sleep(cpu, 10_000);
        Devices.enable(cpu, device);
        sleep(cpu, 3_000);
        int polls = 0;
        while (cpu.readRegister(bar(cpu, device) + SCRATCHPAD, 4) != FIRMWARE_READY) {
            if (++polls == READY_POLLS) {
                say(cpu, NOT_READY, device);
                return Errno.ENODEV;
            }
            sleep(cpu, READY_POLL_MS);
        }
        if (cpu.readRegister(bar(cpu, device) + DRIVER_VERSION, 8) == CANARY) {
            say(cpu, NOT_RESET, device);
            return Errno.ENODEV;
        }
        say(cpu, READY, device);
        return 0;
    }

    private static long noOps(Cpu cpu, long device, long tries) {
        say(cpu, WAITING, device);
        for (long i = 0; i < tries; i++) {
            if (message(cpu, device) == 0) {
                return 0;
            }
            say(cpu, i < tries - 1 ? RETRY : FAILED, device);
        }
        return Errno.ETIMEDOUT;
    }

    /** {@code hpsa_message}: on a timeout the buffer is kept, as the controller may still use it. */
    @KernelFunction("hpsa_message")
    private static long message(Cpu cpu, long device) {
        long buffer = DmaApi.alloc(cpu, device, COMMAND_BYTES, Direction.BIDIRECTIONAL);
        if (Devices.isError(buffer)) {
            return buffer;
        }
        long address = cpu.load(buffer, Buffer.ADDRESS);
        fillCommand(cpu, Pages.linear(cpu.load(buffer, Buffer.PHYSICAL)), address);
        cpu.writeRegister(bar(cpu, device) + REQUEST_PORT, 4, address);
        for (int i = 0; i < MESSAGE_POLLS; i++) {
            if ((cpu.readRegister(bar(cpu, device) + REPLY_PORT, 4) & ~REPLY_FLAGS) == address) {
                long result = DmaApi.release(cpu, buffer);
                sayMessage(cpu, SUCCEEDED, device);
                return result;
            }
            sleep(cpu, MESSAGE_POLL_MS);
        }
        sayMessage(cpu, TIMED_OUT, device);
        return Errno.ETIMEDOUT;
    }

    /** Header with the tag, request block with the CDB, error descriptor behind the command. */
    private static void fillCommand(Cpu cpu, long command, long address) {
        long requestBlock = CDB_BYTES | 0x01 << 8; // length of the CDB, a message at the head of the queue
        cpu.write(command, 8, Endian.LITTLE, address << 32);
        cpu.write(command + 8, 8, Endian.LITTLE, 0);
        cpu.write(command + 16, 8, Endian.LITTLE, requestBlock << 32);
        cpu.write(command + 24, 8, Endian.LITTLE, NO_OP);
        cpu.write(command + 32, 8, Endian.LITTLE, 0);
        cpu.write(command + 40, 8, Endian.LITTLE, address + COMMAND_BYTES);
        cpu.write(command + 48, 8, Endian.LITTLE, 0);
        cpu.write(command + 56, 8, Endian.LITTLE, 0);
    }

    /** {@code msleep}: hardware goes on and interrupts are taken. */
    @KernelFunction("msleep")
    private static void sleep(Cpu cpu, long milliseconds) {
        cpu.await(KernelLayout.SLEEP.address(), 4, 1, milliseconds * 1_000_000);
    }

    private static long bar(Cpu cpu, long device) {
        return cpu.load(device, Device.BAR);
    }

    private static void say(Cpu cpu, long format, long device) {
        long sourceId = cpu.load(device, Device.SOURCE_ID);
        cpu.printk(format, sourceId >>> 8 & 0xff, sourceId >>> 3 & 0x1f, sourceId & 7);
    }

    private static void sayMessage(Cpu cpu, long format, long device) {
        long sourceId = cpu.load(device, Device.SOURCE_ID);
        cpu.printk(format, sourceId >>> 8 & 0xff, sourceId >>> 3 & 0x1f, sourceId & 7, NO_OP, 0);
    }
}
