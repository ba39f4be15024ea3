package org.dmalab.mips.action;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.mips.MipsModel;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.PageAccess;
import org.dmalab.mips.kernel.SataDriver;

/** The disk controller's transfers: bytes to or from the bus address that it was given; an abort ends the command. */
final class SataController {
    private static final long WRITES = Text.id("controller writes %u bytes at bus address 0x%08x");
    private static final long READS = Text.id("controller reads %u bytes at bus address 0x%08x");
    private static final long FAILS = Text.id("controller: master abort at bus address 0x%08x, command failed");
    private static final int WORD_BYTES = 4;

    private SataController() { }

    /**
     * One transfer.
     *
     * @param direction {@link Direction#TO_DEVICE} reads memory, the others write it
     * @param pattern the words that are written, see {@link PageAccess#word}
     * @param start offset of the first byte in the pattern
     * @return bytes transferred, or -EIO
     */
    static long transfer(Machine machine, long bus, long length, Direction direction, long pattern, long start) {
        boolean writes = direction != Direction.TO_DEVICE;
        remark(machine, writes ? WRITES : READS, length, bus);
        DmaMaster dma = machine.ports().dma();
        for (long done = 0; done < length;) {
            long address = bus + done;
            int width = (address & WORD_BYTES - 1) == 0 && length - done >= WORD_BYTES ? WORD_BYTES : 1;
            DmaMaster.Access access = writes
                    ? dma.write(SataDriver.SOURCE_ID, address, width, data(pattern, start + done, width))
                    : dma.read(SataDriver.SOURCE_ID, address, width);
            if (access.outcome() != DmaMaster.Outcome.OK) {
                remark(machine, FAILS, address, 0);
                return Errno.EIO;
            }
            done += width;
        }
        return length;
    }

    /**
     * Transfers what the driver gave the controller for a page, segment by segment.
     *
     * @param offset first byte of the request that is transferred
     * @param length bytes; 0 for all that is left
     * @return bytes transferred, -EIO, or -EINVAL if nothing is mapped there
     */
    static long request(Machine machine, Cpu cpu, long first, long offset, long length, Direction direction,
            long pattern) {
        long segments = SataDriver.segments(cpu, first);
        long end = length == 0 ? Long.MAX_VALUE : offset + length;
        long start = 0;
        long done = 0;
        for (long i = 0; i < segments; i++) {
            long size = SataDriver.segmentLength(cpu, first, i);
            long from = Math.max(offset, start);
            long to = Math.min(end, start + size);
            if (from < to) {
                long bus = SataDriver.segmentAddress(cpu, first, i) + from - start;
                if (transfer(machine, bus, to - from, direction, pattern, from) < 0) {
                    return Errno.EIO;
                }
                done += to - from;
            }
            start += size;
        }
        return done == 0 ? Errno.EINVAL : done;
    }

    /**
     * Transfers one cache line of the first segment that the driver gave the controller for a page; by the controller
     * alone, which reads its descriptor from memory.
     *
     * @param line number of the line in the segment, from 0
     * @return bytes transferred, -EIO, or -EINVAL if nothing is mapped there
     */
    static long line(Machine machine, long first, long line, Direction direction, long pattern) {
        KernelMemory kernel = machine.kernel();
        long list = kernel.load(KernelLayout.REQUEST_SG.element(first), KernelLayout.REQUEST_SG.widthBytes());
        long bus = list == 0 ? kernel.load(
                KernelLayout.REQUEST_HANDLE.element(first), KernelLayout.REQUEST_HANDLE.widthBytes())
                : kernel.load(list + KernelLayout.SG_DMA_ADDRESS.offset(), KernelLayout.SG_DMA_ADDRESS.widthBytes());
        long size = list == 0 ? SataDriver.lengthOf(
                kernel.load(KernelLayout.REQUEST_LENGTH.element(first), KernelLayout.REQUEST_LENGTH.widthBytes()))
                : kernel.load(list + KernelLayout.SG_LENGTH.offset(), KernelLayout.SG_LENGTH.widthBytes());
        int lineBytes = machine.model(MipsModel.class).caches().shape().primary().lineBytes();
        if (line >= (size + lineBytes - 1) / lineBytes) {
            return Errno.EINVAL;
        }
        long from = line * lineBytes;
        return transfer(machine, bus + from, Math.min(lineBytes, size - from), direction, pattern, from);
    }

    private static long data(long pattern, long offset, int width) {
        long word = PageAccess.word(pattern, offset & -WORD_BYTES) >>> (8 * (offset & WORD_BYTES - 1));
        return width == 1 ? word & 0xff : PageAccess.word(pattern, offset);
    }

    private static void remark(Machine machine, long text, long first, long second) {
        machine.emitter().emit(EventKind.REMARK, Actor.device(SataDriver.SOURCE_ID), text, first, second, 0);
    }
}
