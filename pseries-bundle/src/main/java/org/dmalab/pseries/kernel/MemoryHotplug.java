package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.pseries.kernel.KernelLayout.MemoryBlock;
import org.dmalab.pseries.kernel.KernelLayout.NotifierBlock;

/** Memory that comes and goes, by memory blocks: add_memory, online_pages, offline_pages and the notifier chain. */
public final class MemoryHotplug {
    /** State of a memory block that is in use. */
    public static final long ONLINE = MemoryNotifier.MEM_ONLINE;
    /** State of a memory block that is not in use. */
    public static final long OFFLINE = MemoryNotifier.MEM_OFFLINE;
    private static final int SECTION_SHIFT = 24;
    private static final long NOTIFY_STOP_MASK = 0x8000;
    private static final long CALL_IOMMU = Text.id("iommu_mem_notifier");
    private static final long CALL_PAGE_EXT = Text.id("page_ext_callback");
    private static final long ADDING = Text.id("pseries-hotplug-mem: Attempting to hot-add %d LMB(s) at index %x");
    private static final long ADDED = Text.id("pseries-hotplug-mem: Memory at %llx (drc index %x) was hot-added");
    private static final long ADD_FAILED = Text.id("pseries-hotplug-mem: Memory indexed-count-add failed, removing"
            + " any added LMBs");
    private static final long REMOVING = Text.id("pseries-hotplug-mem: Attempting to hot-remove %d LMB(s) at %x");
    private static final long REMOVED = Text.id("pseries-hotplug-mem: Memory at %llx (drc index %x) was hot-removed");
    private static final long ALLOCATION_STATE = 9003;
    private static final long ISOLATION_STATE = 9001;
    private static final long LMB_DRC = 0x80000000L;

    /** A change of memory: 0 or a negative error number. */
    @FunctionalInterface
    private interface Change {
        long make();
    }

    private MemoryHotplug() { }

    /** Registers the notifiers of the memory chain: the IOMMU's, then page_ext's. */
    static void registerNotifiers(Cpu cpu) {
        long pageExt = cpu.alloc(NotifierBlock.STRUCT);
        cpu.store(pageExt, NotifierBlock.CALL, CALL_PAGE_EXT);
        long iommu = cpu.alloc(NotifierBlock.STRUCT);
        cpu.store(iommu, NotifierBlock.CALL, CALL_IOMMU);
        cpu.store(iommu, NotifierBlock.NEXT, pageExt);
        cpu.store(KernelLayout.MEMORY_CHAIN, iommu);
    }

    /**
     * memory_notify: calls the chain until one of it says stop.
     *
     * @return what that one answered; else NOTIFY_OK, or 0 if one of them did not handle the event
     */
    @KernelFunction("memory_notify")
    public static long memoryNotify(Cpu cpu, int action, long startPfn, long pageCount) {
        long verdict = MemoryNotifier.NOTIFY_OK;
        long notifier = cpu.load(KernelLayout.MEMORY_CHAIN);
        while (notifier != 0) {
            long answer = cpu.load(notifier, NotifierBlock.CALL) == CALL_IOMMU
                    ? iommu(cpu, action, startPfn, pageCount) : pageExt(cpu, action);
            if ((answer & NOTIFY_STOP_MASK) != 0) {
                verdict = answer;
                break;
            }
            verdict = answer == 0 ? 0 : verdict;
            notifier = cpu.load(notifier, NotifierBlock.NEXT);
        }
        cpu.note(KernelEvent.MEMORY_NOTIFY, action, startPfn, pageCount, verdict);
        return verdict;
    }

    private static long iommu(Cpu cpu, int action, long startPfn, long pageCount) {
        Binding variant = cpu.services().enter();
        try {
            return variant.memoryNotifier().notify(cpu, action, startPfn, pageCount);
        } finally {
            cpu.services().leave();
        }
    }

    /** page_ext_callback, which needs memory for the pages that come; it fails when fault injection says so. */
    @KernelFunction("page_ext_callback")
    private static long pageExt(Cpu cpu, int action) {
        if (action == MemoryNotifier.MEM_GOING_ONLINE) {
            long failures = cpu.load(KernelLayout.FAIL_PAGE_EXT);
            if (failures != 0) {
                cpu.store(KernelLayout.FAIL_PAGE_EXT, failures - 1);
                return NOTIFY_STOP_MASK | MemoryNotifier.NOTIFY_OK - Errno.ENOMEM;
            }
        }
        return MemoryNotifier.NOTIFY_OK;
    }

    /** notifier_to_errno. */
    @KernelFunction("notifier_to_errno")
    public static long toErrno(long answer) {
        long code = answer & ~NOTIFY_STOP_MASK;
        return code > MemoryNotifier.NOTIFY_OK ? MemoryNotifier.NOTIFY_OK - code : 0;
    }

    /** The memory block that starts at an address; boot memory gets its object here. 0 if there is no memory. */
    public static long findBlock(Cpu cpu, long start) {
        long block = ListHead.first(cpu, KernelLayout.MEMORY_BLOCKS, MemoryBlock.LIST);
        while (block != 0 && cpu.load(block, MemoryBlock.SECTION) != start >>> SECTION_SHIFT) {
            block = ListHead.next(cpu, KernelLayout.MEMORY_BLOCKS, block, MemoryBlock.LIST);
        }
        if (block == 0 && Memblock.contains(cpu, start, cpu.load(KernelLayout.MEMORY_BLOCK_SIZE))) {
            block = createBlock(cpu, start, ONLINE);
        }
        return block;
    }

    private static long createBlock(Cpu cpu, long start, long state) {
        long block = cpu.alloc(MemoryBlock.STRUCT);
        if (block != 0) {
            cpu.store(block, MemoryBlock.SECTION, start >>> SECTION_SHIFT);
            cpu.store(block, MemoryBlock.STATE, state);
            ListHead.add(cpu, KernelLayout.MEMORY_BLOCKS, block, MemoryBlock.LIST);
        }
        return block;
    }

    /** online_pages for one memory block: 0, -EINVAL if it is not off line, or what the chain refused it with. */
    @KernelFunction("online_pages")
    public static long onlineBlock(Cpu cpu, long start) {
        long block = findBlock(cpu, start);
        if (block == 0 || cpu.load(block, MemoryBlock.STATE) != OFFLINE) {
            return Errno.EINVAL;
        }
        long size = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        long pfn = start >>> Pages.PAGE_SHIFT;
        long count = size >>> Pages.PAGE_SHIFT;
        cpu.lock(KernelLayout.MEM_HOTPLUG_LOCK);
        long answer = memoryNotify(cpu, MemoryNotifier.MEM_GOING_ONLINE, pfn, count);
        long errno = toErrno(answer);
        if (errno != 0) {
            memoryNotify(cpu, MemoryNotifier.MEM_CANCEL_ONLINE, pfn, count);
        } else {
            changeState(cpu, block, start, ONLINE, answer != 0);
            memoryNotify(cpu, MemoryNotifier.MEM_ONLINE, pfn, count);
        }
        cpu.unlock(KernelLayout.MEM_HOTPLUG_LOCK);
        return errno;
    }

    /** offline_pages for one memory block; what the chain says to MEM_OFFLINE is ignored. */
    @KernelFunction("offline_pages")
    public static long offlineBlock(Cpu cpu, long start) {
        long block = findBlock(cpu, start);
        if (block == 0 || cpu.load(block, MemoryBlock.STATE) != ONLINE) {
            return Errno.EINVAL;
        }
        if (start < Pages.END_FREE) {
            return Errno.EBUSY;
        }
        long size = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        long pfn = start >>> Pages.PAGE_SHIFT;
        long count = size >>> Pages.PAGE_SHIFT;
        cpu.lock(KernelLayout.MEM_HOTPLUG_LOCK);
        long errno = toErrno(memoryNotify(cpu, MemoryNotifier.MEM_GOING_OFFLINE, pfn, count));
        if (errno != 0) {
            memoryNotify(cpu, MemoryNotifier.MEM_CANCEL_OFFLINE, pfn, count);
        } else {
            long answer = memoryNotify(cpu, MemoryNotifier.MEM_OFFLINE, pfn, count);
            changeState(cpu, block, start, OFFLINE, answer != 0);
        }
        cpu.unlock(KernelLayout.MEM_HOTPLUG_LOCK);
        return errno;
    }

    /** The block's new state, and one more change if the IOMMU's notifier has answered for it. */
    private static void changeState(Cpu cpu, long block, long start, long state, boolean answered) {
        cpu.store(block, MemoryBlock.STATE, state);
        if (answered) {
            cpu.store(KernelLayout.BLOCK_CHANGES, cpu.load(KernelLayout.BLOCK_CHANGES) + 1);
        }
        cpu.note(KernelEvent.MEMORY_BLOCK, start, cpu.load(KernelLayout.MEMORY_BLOCK_SIZE), state == ONLINE ? 1 : 0, 0);
    }

    /** add_memory: memblock, then memory blocks that are off line. 0, -EINVAL, -EEXIST or -ENOMEM. */
    @KernelFunction("add_memory")
    public static long addMemory(Cpu cpu, long start, long size) {
        long block = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        boolean addressable = start >= 0 && size > 0 && (start + size) >>> Pages.MAX_PHYSMEM_BITS == 0;
        if (!addressable || (start & block - 1) != 0 || (size & block - 1) != 0) {
            return Errno.EINVAL;
        }
        if (Memblock.overlaps(cpu, start, size)) {
            return Errno.EEXIST;
        }
        for (long at = start; at < start + size; at += block) {
            if (createBlock(cpu, at, OFFLINE) == 0) {
                freeBlocks(cpu, start, at - start);
                return Errno.ENOMEM;
            }
        }
        long result = Memblock.add(cpu, start, size);
        if (result != 0) {
            freeBlocks(cpu, start, size);
            return result;
        }
        long end = (start + size) >>> Pages.PAGE_SHIFT;
        if (end > cpu.load(KernelLayout.MAX_PFN)) {
            cpu.store(KernelLayout.MAX_PFN, end);
        }
        return 0;
    }

    /** remove_memory: 0, -EINVAL if it is not there, -EBUSY if some of it is in use, or -ENOMEM. */
    @KernelFunction("remove_memory")
    public static long removeMemory(Cpu cpu, long start, long size) {
        long block = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        for (long at = start; at < start + size; at += block) {
            long object = findBlock(cpu, at);
            if (object == 0) {
                return Errno.EINVAL;
            }
            if (cpu.load(object, MemoryBlock.STATE) != OFFLINE) {
                return Errno.EBUSY;
            }
        }
        long result = Memblock.remove(cpu, start, size);
        if (result == 0) {
            freeBlocks(cpu, start, size);
        }
        return result;
    }

    private static void freeBlocks(Cpu cpu, long start, long size) {
        long block = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        for (long at = start; at < start + size; at += block) {
            long object = findBlock(cpu, at);
            if (object != 0) {
                ListHead.remove(cpu, object, MemoryBlock.LIST);
                cpu.free(object);
            }
        }
    }

    /** Tells whether a range is made of whole memory blocks that an address can reach. */
    public static boolean wholeBlocks(Cpu cpu, long start, long size) {
        long block = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        return start >= 0 && size > 0 && (start & block - 1) == 0 && (size & block - 1) == 0
                && (start + size) >>> Pages.MAX_PHYSMEM_BITS == 0;
    }

    /** One change of memory at a time: {@code lock_device_hotplug}. */
    private static long alone(Cpu cpu, Change change) {
        cpu.lock(KernelLayout.DEVICE_HOTPLUG_LOCK);
        long result = change.make();
        cpu.unlock(KernelLayout.DEVICE_HOTPLUG_LOCK);
        return result;
    }

    /** Puts memory blocks that are there on line, one by one, up to the first that is refused. */
    public static long online(Cpu cpu, long start, long size) {
        return alone(cpu, () -> onlineAlone(cpu, start, size));
    }

    private static long onlineAlone(Cpu cpu, long start, long size) {
        if (!wholeBlocks(cpu, start, size)) {
            return Errno.EINVAL;
        }
        if (!Memblock.overlaps(cpu, start, size)) {
            return hotAdd(cpu, start, size);
        }
        long block = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        long result = 0;
        for (long at = start; at < start + size && result == 0; at += block) {
            result = onlineBlock(cpu, at);
        }
        return result;
    }

    /** Takes memory blocks off line, one by one, up to the first that is refused. */
    public static long offline(Cpu cpu, long start, long size) {
        return alone(cpu, () -> offlineAlone(cpu, start, size));
    }

    private static long offlineAlone(Cpu cpu, long start, long size) {
        if (!wholeBlocks(cpu, start, size)) {
            return Errno.EINVAL;
        }
        long block = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        long result = 0;
        for (long at = start; at < start + size && result == 0; at += block) {
            result = offlineBlock(cpu, at);
        }
        return result;
    }

    /** dlpar_memory_add_by_ic: logical memory blocks from the hypervisor; all of them or none. */
    @KernelFunction("dlpar_memory_add_by_ic")
    private static long hotAdd(Cpu cpu, long start, long size) {
        long block = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        cpu.printk(ADDING, size / block, drcIndex(start, block));
        long result = 0;
        long at = start;
        while (at < start + size && result == 0) {
            result = addLmb(cpu, at, block);
            at += result == 0 ? block : 0;
        }
        if (result != 0) {
            cpu.printk(ADD_FAILED);
            for (long added = start; added < at; added += block) {
                removeLmb(cpu, added, block);
            }
            return result;
        }
        for (long added = start; added < at; added += block) {
            cpu.printk(ADDED, added, drcIndex(added, block));
        }
        return 0;
    }

    @KernelFunction("dlpar_add_lmb")
    private static long addLmb(Cpu cpu, long start, long block) {
        long result = acquire(cpu, drcIndex(start, block));
        if (result != 0) {
            return result;
        }
        result = addMemory(cpu, start, block);
        if (result == 0) {
            result = onlineBlock(cpu, start);
            if (result != 0) {
                removeMemory(cpu, start, block);
            }
        }
        if (result != 0) {
            release(cpu, start, block);
        }
        return result;
    }

    @KernelFunction("dlpar_remove_lmb")
    private static long removeLmb(Cpu cpu, long start, long block) {
        long result = offlineBlock(cpu, start);
        if (result == 0) {
            result = removeMemory(cpu, start, block);
        }
        if (result == 0) {
            release(cpu, start, block);
        }
        return result;
    }

    /** 0 or a negative error number; a block that can not be unisolated is given back. */
    @KernelFunction("dlpar_acquire_drc")
    private static long acquire(Cpu cpu, long index) {
        long status = RtasCall.setIndicator(cpu, ALLOCATION_STATE, index, 1);
        if (status == 0) {
            status = RtasCall.setIndicator(cpu, ISOLATION_STATE, index, 1);
            if (status != 0) {
                RtasCall.setIndicator(cpu, ALLOCATION_STATE, index, 0);
            }
        }
        return RtasCall.toErrno(status);
    }

    /** A block that can not be isolated stays the partition's. */
    @KernelFunction("dlpar_release_drc")
    private static void release(Cpu cpu, long start, long block) {
        long index = drcIndex(start, block);
        if (RtasCall.setIndicator(cpu, ISOLATION_STATE, index, 0) == 0) {
            RtasCall.setIndicator(cpu, ALLOCATION_STATE, index, 0);
        }
    }

    private static long drcIndex(long start, long block) {
        return LMB_DRC + start / block;
    }

    /** dlpar_memory_remove_by_ic: off line, removed, given back to the hypervisor, up to the first that is refused. */
    public static long hotRemove(Cpu cpu, long start, long size) {
        return alone(cpu, () -> hotRemoveAlone(cpu, start, size));
    }

    @KernelFunction("dlpar_memory_remove_by_ic")
    private static long hotRemoveAlone(Cpu cpu, long start, long size) {
        if (!wholeBlocks(cpu, start, size)) {
            return Errno.EINVAL;
        }
        long block = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        cpu.printk(REMOVING, size / block, drcIndex(start, block));
        long result = 0;
        long at = start;
        while (at < start + size && result == 0) {
            result = removeLmb(cpu, at, block);
            at += result == 0 ? block : 0;
        }
        for (long removed = start; removed < at; removed += block) {
            cpu.printk(REMOVED, removed, drcIndex(removed, block));
        }
        return result;
    }

    /**
     * daxctl's system-ram mode: kmem adds the range, shrunk inward to whole memory blocks, as driver-managed memory;
     * then each block is put on line, up to the first that is refused. The blocks stay, on line or not.
     */
    public static long kmem(Cpu cpu, long start, long size) {
        return alone(cpu, () -> kmemAlone(cpu, start, size));
    }

    @KernelFunction("dev_dax_kmem_probe")
    private static long kmemAlone(Cpu cpu, long start, long size) {
        long block = cpu.load(KernelLayout.MEMORY_BLOCK_SIZE);
        long first = start + block - 1 & -block;
        long end = start + size & -block;
        if (start < 0 || size <= 0 || end <= first) {
            return Errno.EINVAL;
        }
        long result = addMemory(cpu, first, end - first);
        return result == 0 ? onlineAlone(cpu, first, end - first) : result;
    }
}
