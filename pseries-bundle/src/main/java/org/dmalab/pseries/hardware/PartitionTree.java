package org.dmalab.pseries.hardware;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.MachineSpec;
import org.dmalab.pseries.hardware.FlatTree.Node;
import org.dmalab.pseries.hardware.FlatTree.Property;

/**
 * The device tree of a partition: read from a blob, or constructed from the parameters {@code ramBytes},
 * {@code lrdrCapacityBytes}, {@code lmbBytes}, {@code pmemBytes}, {@code phbCount}; and what the hardware itself is
 * made from.
 */
public final class PartitionTree {
    /** Name of the file parameter. */
    public static final String FILE = "deviceTree";
    private static final long BUID = 0x800000020000000L;
    private static final long LIOBN = 0x80000000L;
    private static final long TOKENS = 0x2026;
    private static final long SET_INDICATOR = 0x201a;
    private static final int MAX_PHBS = 8;
    /** Bytes that a device tree or a parameter may give a partition at a time. */
    static final long MAX_MEMORY = 1L << 46;
    private static final long MAX_DEFAULT_WINDOW = 1L << 36;
    private static final String WINDOW = "ibm,dma-window";

    private PartitionTree() { }

    /** The tree of a machine before any memory was added to it. */
    public static Node of(MachineSpec spec) {
        byte[] file = spec.file(FILE);
        if (file == null) {
            return construct(spec);
        }
        Node root = FlatTreeReader.read(file);
        long capacity = spec.number("lrdrCapacityBytes", -1);
        return capacity < 0 ? root : withCapacity(root, capacity);
    }

    /** A tree with another end of memory in ibm,lrdr-capacity, if it has the property. */
    static Node withCapacity(Node root, long capacity) {
        Node rtas = root.child("rtas");
        Property old = rtas == null ? null : rtas.property("ibm,lrdr-capacity");
        if (old == null) {
            return root;
        }
        return root.with(rtas.with(Property.cells("ibm,lrdr-capacity", capacity >>> Integer.SIZE, capacity,
                old.cell(2), old.cell(3), old.cell(4))));
    }

    private static Node construct(MachineSpec spec) {
        long ram = spec.number("ramBytes");
        long phbs = spec.number("phbCount");
        if (phbs < 1 || phbs > MAX_PHBS) {
            throw new IllegalArgumentException("phbCount: " + phbs + ", expected 1 to " + MAX_PHBS);
        }
        long lmb = spec.number("lmbBytes");
        if (lmb < 1 << MachineMemory.GRANULE_SHIFT || Long.bitCount(lmb) != 1) {
            throw new IllegalArgumentException("lmbBytes: " + lmb + ", expected a power of two of at least 16M");
        }
        if (ram < 64L << 20 || ram % lmb != 0 || ram >>> MachineMemory.ADDRESS_BITS != 0) {
            throw new IllegalArgumentException("ramBytes: " + ram + ", expected a multiple of lmbBytes (" + lmb
                    + "), at least 64M and below 2^51");
        }
        List<Node> children = new ArrayList<>();
        if (spec.number("pmemBytes", 0) != 0) {
            Node region = new Node("ibm,pmemory@44100000", List.of(Property.text("device_type", "ibm,pmemory"),
                    Property.text("compatible", "ibm,pmemory"), Property.cells("reg", 0x44100000L),
                    Property.cells("ibm,block-size", 0, 0x10000000L)), List.of());
            children.add(new Node("ibm,persistent-memory", List.of(Property.cells("#address-cells", 1),
                    Property.cells("#size-cells", 0), Property.text("device_type", "ibm,persistent-memory")),
                    List.of(region)));
        }
        children.add(rtas(spec, lmb));
        for (int index = 0; index < phbs; index++) {
            children.add(bridge(spec, index));
        }
        children.add(memoryNode(0, ram));
        return new Node("", List.of(Property.cells("#size-cells", 2), Property.cells("#address-cells", 2),
                Property.text("compatible", "IBM,constructed"),
                Property.text("model", "constructed by dmalab from the figures of a report")), children);
    }

    private static Node rtas(MachineSpec spec, long lmb) {
        long capacity = spec.number("lrdrCapacityBytes");
        return new Node("rtas", List.of(Property.cells("ibm,query-pe-dma-window", TOKENS),
                Property.cells("ibm,create-pe-dma-window", TOKENS + 1),
                Property.cells("ibm,remove-pe-dma-window", TOKENS + 2),
                Property.cells("ibm,reset-pe-dma-window", TOKENS + 3), Property.cells("set-indicator", SET_INDICATOR),
                Property.cells("ibm,lrdr-capacity", capacity >>> 32, capacity, lmb >>> 32, lmb, 8),
                Property.text("ibm,hypertas-functions", "hcall-pft\0hcall-tce\0hcall-multi-tce")), List.of());
    }

    private static Node bridge(MachineSpec spec, int index) {
        long buid = BUID + index;
        long bytes = spec.number("defaultWindowBytes");
        long limited = spec.number("limitedAddressMode");
        Node network = device("ethernet@0", (long) index << 16, 0x15b3, 0x101e);
        Node storage = device("nvme@1", (long) index << 16 | 1 << 11, 0x144d, 0xa824);
        return new Node("pci@" + Long.toHexString(buid), List.of(Property.text("device_type", "pci"),
                Property.text("compatible", "IBM,Logical_PHB"), Property.cells("bus-range", index, index),
                Property.cells("reg", buid >>> 32, buid, 0, 0),
                Property.cells(WINDOW, LIOBN | index << 8, 0, 0, bytes >>> 32, bytes),
                Property.cells("ibm,ddw-applicable", TOKENS, TOKENS + 1, TOKENS + 2),
                Property.cells("ibm,ddw-extensions", 3, TOKENS + 3, 1, limited)), List.of(network, storage));
    }

    private static Node device(String name, long configAddress, long vendor, long device) {
        return new Node(name, List.of(Property.cells("reg", configAddress, 0, 0, 0, 0),
                Property.cells("vendor-id", vendor), Property.cells("device-id", device)), List.of());
    }

    /** A node of ordinary memory. */
    public static Node memoryNode(long start, long bytes) {
        return new Node("memory@" + Long.toHexString(start), List.of(Property.text("device_type", "memory"),
                Property.cells("reg", start >>> 32, start, bytes >>> 32, bytes)), List.of());
    }

    /** The ranges of ordinary memory that a tree names: start and length, alternating. */
    public static List<Long> memory(Node root) {
        List<Long> ranges = new ArrayList<>();
        for (Node node : root.children()) {
            Property reg = node.property("reg");
            if (node.type().equals("memory") && reg != null) {
                for (int i = 0; i + 4 <= reg.cellCount(); i += 4) {
                    ranges.add(checked(node, reg.wide(i)));
                    ranges.add(checked(node, reg.wide(i + 2)));
                }
            }
        }
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException("device tree: no node with device_type \"memory\" and a reg property");
        }
        long total = 0;
        for (int i = 1; i < ranges.size(); i += 2) {
            total += ranges.get(i);
        }
        if (total > MAX_MEMORY) {
            throw new IllegalArgumentException("device tree: " + ranges.size() / 2 + " ranges of memory of 0x"
                    + Long.toHexString(total) + " bytes in all, expected at most 2^46");
        }
        return ranges;
    }

    private static long checked(Node node, long number) {
        if (number < 0 || number > MAX_MEMORY) {
            throw new IllegalArgumentException("device tree: " + node.name() + " names 0x" + Long.toHexString(number)
                    + ", expected memory below 2^46 bytes");
        }
        return number;
    }

    /** The host bridges with a default window. */
    public static List<Phb> bridges(Node root) {
        List<Phb> phbs = new ArrayList<>();
        for (Node node : root.children()) {
            Property window = node.property(WINDOW);
            Property reg = node.property("reg");
            if (window == null || reg == null) {
                continue;
            }
            Property buses = node.property("bus-range");
            if (window.wide(3) < 1 << 12 || window.wide(3) > MAX_DEFAULT_WINDOW) {
                throw new IllegalArgumentException("device tree: " + WINDOW + " of " + node.name() + " has 0x"
                        + Long.toHexString(window.wide(3)) + " bytes, expected 4K to 64G");
            }
            Phb phb = new Phb(phbs.size(), reg.wide(0), buses == null ? 0 : (int) buses.cell(0),
                    buses == null ? 0xff : (int) buses.cell(1), window.cell(0), window.wide(1), window.wide(3));
            if (phbs.stream().anyMatch(other -> Math.abs(other.liobn() - phb.liobn()) < Phb.WINDOWS)) {
                throw new IllegalArgumentException("device tree: " + WINDOW + " of " + node.name() + " names LIOBN 0x"
                        + Long.toHexString(phb.liobn()) + ", expected " + Phb.WINDOWS + " that no other bridge has");
            }
            phbs.add(phb);
        }
        if (phbs.isEmpty() || phbs.size() > MAX_PHBS) {
            throw new IllegalArgumentException("device tree: " + phbs.size() + " nodes with " + WINDOW
                    + ", expected 1 to " + MAX_PHBS);
        }
        return phbs;
    }

    /** Source-ids of the devices behind host bridges. */
    public static List<Long> devices(Node root) {
        List<Long> sourceIds = new ArrayList<>();
        for (Node bridge : root.children()) {
            for (Node device : bridge.property(WINDOW) == null ? List.<Node>of() : bridge.children()) {
                Property reg = device.property("reg");
                if (reg != null && reg.cellCount() > 0) {
                    sourceIds.add(reg.cell(0) >>> 8 & 0xffff);
                }
            }
        }
        return sourceIds.stream().sorted().toList();
    }

    /** The tokens that the tree gives to the calls that exist. */
    public static RtasTokens tokens(Node root) {
        return new RtasTokens(token(root, "ibm,query-pe-dma-window"), token(root, "ibm,create-pe-dma-window"),
                token(root, "ibm,remove-pe-dma-window"), token(root, "ibm,reset-pe-dma-window"),
                token(root, "set-indicator"));
    }

    private static long token(Node root, String name) {
        Node rtas = root.child("rtas");
        Property token = rtas == null ? null : rtas.property(name);
        return token == null ? -1 : token.cell(0);
    }

    /** Size of a logical memory block: ibm,lmb-size, else the second number of ibm,lrdr-capacity, else 256 MiB. */
    public static long lmbBytes(Node root) {
        Node dynamic = root.child("ibm,dynamic-reconfiguration-memory");
        Property size = dynamic == null ? null : dynamic.property("ibm,lmb-size");
        if (size != null) {
            return checkedLmb(size.name(), size.wide(0));
        }
        Node rtas = root.child("rtas");
        Property capacity = rtas == null ? null : rtas.property("ibm,lrdr-capacity");
        return capacity == null ? 1L << 28 : checkedLmb(capacity.name(), capacity.wide(2));
    }

    private static long checkedLmb(String property, long lmb) {
        if (lmb < 1 << MachineMemory.GRANULE_SHIFT || Long.bitCount(lmb) != 1) {
            throw new IllegalArgumentException("device tree: " + property + " names logical memory blocks of 0x"
                    + Long.toHexString(lmb) + " bytes, expected a power of two of at least 16M");
        }
        return lmb;
    }

    /** The end of all memory that the partition can ever have: the first number of ibm,lrdr-capacity. */
    public static long capacity(Node root) {
        Node rtas = root.child("rtas");
        Property capacity = rtas == null ? null : rtas.property("ibm,lrdr-capacity");
        return capacity == null ? 0 : capacity.wide(0);
    }

    /** Tells whether a bridge's extensions offer limited addresses (the third extension is not 0). */
    public static boolean limitedAddressMode(Node root) {
        for (Node node : root.children()) {
            Property extensions = node.property("ibm,ddw-extensions");
            if (extensions != null && extensions.cell(0) >= 3 && extensions.cell(3) != 0) {
                return true;
            }
        }
        return false;
    }
}
