package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.vtd.kernel.KernelLayout.MemoryBlock;

/** Memory that goes on and off line while the kernel runs. */
public final class HotMemory {
    /** Blocks come in this size, and on such addresses. */
    public static final long BLOCK_BYTES = 128L << 20;
    private static final long THERE = Text.id("memory onlining [mem 0x%llx-0x%llx] failed: on line already");
    private static final long NOT_THERE =
            Text.id("memory offlining [mem 0x%llx-0x%llx] failed: not on line, or not put on line as one");
    private static final long IN_USE =
            Text.id("memory offlining [mem 0x%llx-0x%llx] failed: a driver has a buffer there");

    private HotMemory() { }

    /**
     * {@code online_pages}: the notifier is asked first.
     *
     * @return 0; {@code -EEXIST} if the kernel has memory there, which it says; {@code -EPERM} if the notifier refused
     */
    @KernelFunction("online_pages")
    public static long online(Cpu cpu, long start, long sizeBytes) {
        cpu.lock(KernelLayout.MEM_HOTPLUG_LOCK);
        long result = onlineLocked(cpu, start, sizeBytes);
        cpu.unlock(KernelLayout.MEM_HOTPLUG_LOCK);
        return result;
    }

    private static long onlineLocked(Cpu cpu, long start, long sizeBytes) {
        if (Pages.isRam(cpu, start) || find(cpu, start, sizeBytes) != 0) {
            return refuse(cpu, THERE, start, sizeBytes, Errno.EEXIST);
        }
        long block = cpu.alloc(MemoryBlock.STRUCT);
        if (block == 0) {
            return Errno.ENOMEM;
        }
        if (notify(cpu, MemoryNotifier.MEM_GOING_ONLINE, start, sizeBytes) == MemoryNotifier.NOTIFY_BAD) {
            notify(cpu, MemoryNotifier.MEM_CANCEL_ONLINE, start, sizeBytes);
            cpu.free(block);
            return Errno.EPERM;
        }
        cpu.store(block, MemoryBlock.START, start);
        cpu.store(block, MemoryBlock.SIZE, sizeBytes);
        cpu.store(block, MemoryBlock.NEXT, cpu.load(KernelLayout.MEMORY_BLOCKS));
        cpu.store(KernelLayout.MEMORY_BLOCKS, block);
        notify(cpu, MemoryNotifier.MEM_ONLINE, start, sizeBytes);
        return 0;
    }

    /**
     * {@code offline_pages}, of what was put on line as one.
     *
     * @return 0; {@code -EINVAL} if it was not, {@code -EBUSY} if a driver has a buffer there, which it says
     */
    @KernelFunction("offline_pages")
    public static long offline(Cpu cpu, long start, long sizeBytes) {
        cpu.lock(KernelLayout.MEM_HOTPLUG_LOCK);
        long result = offlineLocked(cpu, start, sizeBytes);
        cpu.unlock(KernelLayout.MEM_HOTPLUG_LOCK);
        return result;
    }

    private static long offlineLocked(Cpu cpu, long start, long sizeBytes) {
        long block = find(cpu, start, sizeBytes);
        if (block == 0 || cpu.load(block, MemoryBlock.START) != start
                || cpu.load(block, MemoryBlock.SIZE) != sizeBytes) {
            return refuse(cpu, NOT_THERE, start, sizeBytes, Errno.EINVAL);
        }
        if (DmaApi.anyBufferIn(cpu, start, sizeBytes)) {
            return refuse(cpu, IN_USE, start, sizeBytes, Errno.EBUSY);
        }
        notify(cpu, MemoryNotifier.MEM_GOING_OFFLINE, start, sizeBytes);
        notify(cpu, MemoryNotifier.MEM_OFFLINE, start, sizeBytes);
        long previous = KernelLayout.MEMORY_BLOCKS.address();
        while (cpu.load(previous, 8) != block) {
            previous = cpu.load(previous, 8) + MemoryBlock.NEXT.offset();
        }
        cpu.store(previous, 8, cpu.load(block, MemoryBlock.NEXT));
        cpu.free(block);
        return 0;
    }

    private static long refuse(Cpu cpu, long words, long start, long sizeBytes, long error) {
        cpu.printk(words, start, start + sizeBytes - 1);
        return error;
    }

    /** The block that a range touches; 0 if none. */
    static long find(Cpu cpu, long start, long sizeBytes) {
        for (long block = cpu.load(KernelLayout.MEMORY_BLOCKS); block != 0;
                block = cpu.load(block, MemoryBlock.NEXT)) {
            long first = cpu.load(block, MemoryBlock.START);
            if (start < first + cpu.load(block, MemoryBlock.SIZE) && first < start + sizeBytes) {
                return block;
            }
        }
        return 0;
    }

    /** The notifier is registered only if the identity domain has tables. */
    @KernelFunction("memory_notify")
    private static long notify(Cpu cpu, int action, long start, long sizeBytes) {
        if (!IdentityDomain.hasTables(cpu)) {
            return MemoryNotifier.NOTIFY_OK;
        }
        Binding variant = cpu.services().enter();
        try {
            return variant.memoryNotifier().notify(cpu, action, start >>> 12, sizeBytes >>> 12);
        } finally {
            cpu.services().leave();
        }
    }
}
