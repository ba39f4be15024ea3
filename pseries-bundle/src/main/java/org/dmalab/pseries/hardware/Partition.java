package org.dmalab.pseries.hardware;

import java.util.List;

import org.dmalab.api.MachineSpec;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Store;

/**
 * All hardware of one partition.
 *
 * @param memory memory
 * @param tables TCE tables
 * @param rtas run-time abstraction services
 * @param hypervisor hypercalls
 * @param dma DMA by devices
 */
public record Partition(MachineMemory memory, TceTables tables, Rtas rtas, Hypervisor hypervisor, PhbDma dma) {
    /** Where firmware puts the device tree; 1 MiB, below the kernel's own pages. */
    public static final long TREE_ADDRESS = 0x1f00000;

    /** Declares the hardware that a machine's parameters ask for; {@link #powerOn} is next. */
    public static Partition create(MachineSpec spec, Store store, Emitter emitter) {
        FlatTree.Node root = PartitionTree.of(spec);
        MachineMemory memory = new MachineMemory(store, emitter);
        TceTables tables = new TceTables(store, emitter, PartitionTree.bridges(root));
        Behaviour behaviour = Behaviour.of(spec);
        WindowRules rules = WindowRules.of(spec, PartitionTree.limitedAddressMode(root),
                PartitionTree.lmbBytes(root));
        Rtas rtas = new Rtas(store, emitter, memory, tables, rules, behaviour, PartitionTree.tokens(root));
        return new Partition(memory, tables, rtas, new Hypervisor(memory, tables, behaviour),
                new PhbDma(memory, tables, emitter));
    }

    /** Assigns memory, gives every bridge its default window and puts the device tree into memory. */
    public void powerOn(MachineSpec spec) {
        FlatTree.Node root = PartitionTree.of(spec);
        List<Long> ranges = PartitionTree.memory(root);
        for (int i = 0; i < ranges.size(); i += 2) {
            memory.assign(ranges.get(i), ranges.get(i + 1), true);
        }
        long pmem = spec.number("pmemBytes", 0);
        if (pmem != 0) {
            memory.assign(persistentStart(spec, pmem), pmem, true);
        }
        rtas.dynamicMemory().setCapacity(PartitionTree.capacity(root));
        rtas.reset();
        start(spec, root);
    }

    private static long persistentStart(MachineSpec spec, long bytes) {
        long start = spec.number("pmemStart");
        if (bytes < 0 || bytes > PartitionTree.MAX_MEMORY) {
            throw new IllegalArgumentException("pmemBytes: " + bytes + ", expected at most 2^46");
        }
        if (start < 0 || start > MachineMemory.END - bytes) {
            throw new IllegalArgumentException("pmemStart: 0x" + Long.toHexString(start) + ", expected pmemBytes ("
                    + bytes + ") of memory from there below 2^" + MachineMemory.ADDRESS_BITS);
        }
        return start;
    }

    /**
     * A partition reset: memory and its contents stay, also memory that was added while the partition ran; windows and
     * what the kernel put into the device tree go.
     */
    public void reset(MachineSpec spec) {
        rtas.reset();
        start(spec, tree(spec));
    }

    /** The tree of firmware with the memory that the partition has now. */
    public FlatTree.Node tree(MachineSpec spec) {
        FlatTree.Node root = PartitionTree.withCapacity(PartitionTree.of(spec), rtas.dynamicMemory().capacity());
        long lmb = PartitionTree.lmbBytes(root);
        List<Long> ranges = PartitionTree.memory(root);
        long pmemStart = spec.number("pmemStart", 0);
        long pmemEnd = pmemStart + spec.number("pmemBytes", 0);
        long end = Math.min(PartitionTree.capacity(root), MachineMemory.END);
        for (long start = 0; start < end; start += lmb) {
            boolean pmem = start >= pmemStart && start < pmemEnd;
            if (!pmem && memory.isPresent(start) && !covers(ranges, start)) {
                root = root.with(PartitionTree.memoryNode(start, lmb));
            }
        }
        return root;
    }

    private static boolean covers(List<Long> ranges, long address) {
        for (int i = 0; i < ranges.size(); i += 2) {
            if (address >= ranges.get(i) && address < ranges.get(i) + ranges.get(i + 1)) {
                return true;
            }
        }
        return false;
    }

    /** Puts a tree where the next kernel finds it. */
    public void start(MachineSpec spec, FlatTree.Node root) {
        byte[] blob = FlatTreeWriter.write(root);
        if (blob.length > FlatTreeReader.MAX_BYTES || !memory.isPresent(TREE_ADDRESS + blob.length)) {
            throw new IllegalArgumentException("preset " + spec.preset() + ": no memory for a device tree of "
                    + blob.length + " bytes at 0x" + Long.toHexString(TREE_ADDRESS));
        }
        memory.place(TREE_ADDRESS, blob);
        intern("", root);
    }

    /** Makes the paths of nodes readable where the kernel prints them. */
    private static void intern(String parent, FlatTree.Node node) {
        String path = parent.isEmpty() && node.name().isEmpty() ? "/" : parent + "/" + node.name();
        Text.id(path);
        for (FlatTree.Node child : node.children()) {
            intern(node.name().isEmpty() ? "" : path, child);
        }
    }
}
