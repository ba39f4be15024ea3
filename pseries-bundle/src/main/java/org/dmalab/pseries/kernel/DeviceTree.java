package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.kernel.Struct;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.Property;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;

/**
 * The kernel's device tree: nodes and properties as kernel objects, values where firmware left them in the flattened
 * tree. Firmware's tree is trusted, as the kernel does. A name is compared by its text id.
 */
public final class DeviceTree {
    /** linux,direct64-ddr-window-info: a direct or hybrid window. */
    public static final long DIRECT64 = Text.id("linux,direct64-ddr-window-info");
    /** linux,dma64-ddr-window-info: a dynamic window. */
    public static final long DMA64 = Text.id("linux,dma64-ddr-window-info");
    /** ibm,dma-window. */
    public static final long DMA_WINDOW = Text.id("ibm,dma-window");
    /** ibm,dma-window-saved. */
    public static final long DMA_WINDOW_SAVED = Text.id("ibm,dma-window-saved");
    /** ibm,ddw-applicable. */
    public static final long DDW_APPLICABLE = Text.id("ibm,ddw-applicable");
    /** ibm,ddw-extensions. */
    public static final long DDW_EXTENSIONS = Text.id("ibm,ddw-extensions");
    /** device_type memory. */
    public static final long TYPE_MEMORY = Text.id("memory");
    /** device_type ibm,pmemory. */
    public static final long TYPE_PMEMORY = Text.id("ibm,pmemory");
    /** reg. */
    public static final long REG = Text.id("reg");
    private static final long DEVICE_TYPE = Text.id("device_type");
    private static final long RTAS = Text.id("rtas");
    private static final long CHOSEN = Text.id("chosen");
    private static final long ELF_CORE_HEADER = Text.id("linux,elfcorehdr");
    private static final long LRDR_CAPACITY = Text.id("ibm,lrdr-capacity");
    private static final long DRCONF = Text.id("ibm,dynamic-reconfiguration-memory");
    private static final long DRCONF_V1 = Text.id("ibm,dynamic-memory");
    private static final long DRCONF_V2 = Text.id("ibm,dynamic-memory-v2");
    private static final long LMB_SIZE = Text.id("ibm,lmb-size");
    private static final long NO_MEMORY = Text.id("Kernel panic - not syncing: unflatten_device_tree: no memory");
    private static final int BEGIN_NODE = 1;
    private static final int END_NODE = 2;
    private static final int PROP = 3;
    private static final int END = 9;
    private static final int V1_ENTRY = 24;
    private static final int V2_ENTRY = 24;
    private static final long HASH_START = 0xcbf29ce484222325L;
    private static final long HASH_STEP = 0x100000001b3L;

    private DeviceTree() { }

    /** unflatten_device_tree: makes objects of the flattened tree at a linear-map address; sets of_root. */
    @KernelFunction("unflatten_device_tree")
    public static void unflatten(Cpu cpu, long blob) {
        long at = blob + cpu.read(blob + 8, 4, Endian.BIG);
        long strings = blob + cpu.read(blob + 12, 4, Endian.BIG);
        long node = 0;
        long lastProperty = 0;
        long lastChild = 0;
        while (true) {
            long token = cpu.read(at, 4, Endian.BIG);
            at += 4;
            if (token == BEGIN_NODE) {
                node = begin(cpu, at, node, lastChild);
                at = align(at + textLength(cpu, at) + 1);
                lastProperty = 0;
                lastChild = 0;
            } else if (token == PROP) {
                lastProperty = property(cpu, at, strings, node, lastProperty);
                at = align(at + 8 + cpu.read(at, 4, Endian.BIG));
            } else if (token == END_NODE) {
                lastChild = node;
                node = cpu.load(node, DeviceNode.PARENT);
            } else if (token == END) {
                return;
            }
        }
    }

    private static long begin(Cpu cpu, long name, long parent, long olderSibling) {
        long node = allocate(cpu, DeviceNode.STRUCT);
        cpu.store(node, DeviceNode.NAME, hash(cpu, name, HASH_START));
        cpu.store(node, DeviceNode.PARENT, parent);
        if (parent == 0) {
            cpu.store(KernelLayout.OF_ROOT, node);
            cpu.store(node, DeviceNode.FULL_NAME, Text.id("/"));
            return node;
        }
        boolean top = cpu.load(parent, DeviceNode.PARENT) == 0;
        long start = top ? HASH_START : cpu.load(parent, DeviceNode.FULL_NAME);
        cpu.store(node, DeviceNode.FULL_NAME, hash(cpu, name, (start ^ '/') * HASH_STEP));
        if (olderSibling == 0) {
            cpu.store(parent, DeviceNode.CHILD, node);
        } else {
            cpu.store(olderSibling, DeviceNode.SIBLING, node);
        }
        return node;
    }

    private static long property(Cpu cpu, long at, long strings, long node, long older) {
        long property = allocate(cpu, Property.STRUCT);
        cpu.store(property, Property.LENGTH, cpu.read(at, 4, Endian.BIG));
        cpu.store(property, Property.NAME,
                hash(cpu, strings + cpu.read(at + 4, 4, Endian.BIG), HASH_START));
        cpu.store(property, Property.VALUE, at + 8);
        link(cpu, node, older, property);
        return property;
    }

    private static long allocate(Cpu cpu, Struct layout) {
        long object = cpu.alloc(layout);
        if (object == 0) {
            cpu.bug(NO_MEMORY);
        }
        return object;
    }

    private static void link(Cpu cpu, long node, long older, long property) {
        if (older == 0) {
            cpu.store(node, DeviceNode.PROPERTIES, property);
        } else {
            cpu.store(older, Property.NEXT, property);
        }
    }

    /** The id that {@link Text#id} gives to the text at an address, continued from the id of what precedes it. */
    private static long hash(Cpu cpu, long text, long start) {
        long hash = start;
        long at = text;
        long c = cpu.read(at, 1, Endian.BIG);
        while (c != 0) {
            hash = (hash ^ c) * HASH_STEP;
            at++;
            c = cpu.read(at, 1, Endian.BIG);
        }
        return hash;
    }

    private static long textLength(Cpu cpu, long text) {
        long length = 0;
        while (cpu.read(text + length, 1, Endian.BIG) != 0) {
            length++;
        }
        return length;
    }

    private static long align(long address) {
        return address + 3 & -4L;
    }

    /** The node after a node in depth-first order; the root if it is 0, and 0 after the last. */
    public static long next(Cpu cpu, long node) {
        if (node == 0) {
            return cpu.load(KernelLayout.OF_ROOT);
        }
        long child = cpu.load(node, DeviceNode.CHILD);
        if (child != 0) {
            return child;
        }
        long up = node;
        while (up != 0) {
            long sibling = cpu.load(up, DeviceNode.SIBLING);
            if (sibling != 0) {
                return sibling;
            }
            up = cpu.load(up, DeviceNode.PARENT);
        }
        return 0;
    }

    /** of_find_node_by_type: the first node of a type after a node, from the start if that is 0; 0 if there is none. */
    @KernelFunction("of_find_node_by_type")
    public static long findByType(Cpu cpu, long from, long type) {
        long node = next(cpu, from);
        while (node != 0) {
            long property = property(cpu, node, DEVICE_TYPE);
            if (property != 0 && hash(cpu, cpu.load(property, Property.VALUE), HASH_START) == type) {
                return node;
            }
            node = next(cpu, node);
        }
        return 0;
    }

    /** The child of the root with a name; 0 if there is none. */
    public static long top(Cpu cpu, long name) {
        long node = cpu.load(cpu.load(KernelLayout.OF_ROOT), DeviceNode.CHILD);
        while (node != 0 && cpu.load(node, DeviceNode.NAME) != name) {
            node = cpu.load(node, DeviceNode.SIBLING);
        }
        return node;
    }

    /** of_find_property: a property of a node by name; 0 if there is none. */
    public static long property(Cpu cpu, long node, long name) {
        long property = cpu.load(node, DeviceNode.PROPERTIES);
        while (property != 0 && cpu.load(property, Property.NAME) != name) {
            property = cpu.load(property, Property.NEXT);
        }
        return property;
    }

    /** Address of a property's value; 0 if the node has no such property or it is shorter than asked for. */
    public static long value(Cpu cpu, long node, long name, long leastBytes) {
        long property = property(cpu, node, name);
        boolean there = property != 0 && cpu.load(property, Property.LENGTH) >= leastBytes;
        return there ? cpu.load(property, Property.VALUE) : 0;
    }

    /** A 32-bit property of /rtas, its token; -1 if there is none. */
    public static long token(Cpu cpu, long name) {
        long rtas = top(cpu, RTAS);
        long value = rtas == 0 ? 0 : value(cpu, rtas, name, 4);
        return value == 0 ? -1 : BigEndian.load(cpu, value, 4);
    }

    /** of_add_property: appends a property with a value in kernel data; -ENOMEM as an address of 0. */
    @KernelFunction("of_add_property")
    public static long add(Cpu cpu, long node, long name, long value, long lengthBytes) {
        long property = cpu.alloc(Property.STRUCT);
        if (property == 0) {
            return 0;
        }
        cpu.store(property, Property.NAME, name);
        cpu.store(property, Property.LENGTH, lengthBytes);
        cpu.store(property, Property.VALUE, value);
        long last = cpu.load(node, DeviceNode.PROPERTIES);
        long next = last;
        while (next != 0) {
            last = next;
            next = cpu.load(next, Property.NEXT);
        }
        link(cpu, node, last, property);
        return property;
    }

    /** of_remove_property: unlinks it and frees it, but not its value. */
    @KernelFunction("of_remove_property")
    public static void remove(Cpu cpu, long node, long name) {
        long older = 0;
        long property = cpu.load(node, DeviceNode.PROPERTIES);
        while (property != 0 && cpu.load(property, Property.NAME) != name) {
            older = property;
            property = cpu.load(property, Property.NEXT);
        }
        if (property == 0) {
            return;
        }
        long next = cpu.load(property, Property.NEXT);
        link(cpu, node, older, next);
        cpu.free(property);
    }

    /** is_kdump_kernel: the tree says where the crashed kernel's memory is described. */
    @KernelFunction("is_kdump_kernel")
    static boolean startedByCrash(Cpu cpu) {
        long chosen = top(cpu, CHOSEN);
        return chosen != 0 && property(cpu, chosen, ELF_CORE_HEADER) != 0;
    }

    /** Address of ibm,lrdr-capacity's value; 0 if there is none. */
    public static long lrdrCapacity(Cpu cpu) {
        long rtas = top(cpu, RTAS);
        return rtas == 0 ? 0 : value(cpu, rtas, LRDR_CAPACITY, 20);
    }

    /**
     * hot_add_drconf_memory_max: the end of all memory that can ever be added, from ibm,lrdr-capacity if the property
     * exists, even if it says 0; else the end of the last logical memory block; else 0.
     */
    @KernelFunction("hot_add_drconf_memory_max")
    public static long hotAddDrconfMemoryMax(Cpu cpu) {
        long capacity = lrdrCapacity(cpu);
        if (capacity != 0) {
            return BigEndian.load(cpu, capacity, 8);
        }
        long drconf = top(cpu, DRCONF);
        return drconf == 0 ? 0 : drmemLmbMemoryMax(cpu, drconf);
    }

    /** The end of the last logical memory block of ibm,dynamic-reconfiguration-memory. */
    @KernelFunction("drmem_lmb_memory_max")
    private static long drmemLmbMemoryMax(Cpu cpu, long drconf) {
        long size = value(cpu, drconf, LMB_SIZE, 8);
        if (size == 0) {
            return 0;
        }
        long lmb = BigEndian.load(cpu, size, 8);
        long sets = value(cpu, drconf, DRCONF_V2, 4 + V2_ENTRY);
        if (sets != 0) {
            long last = sets + 4 + V2_ENTRY * (BigEndian.load(cpu, sets, 4) - 1);
            return BigEndian.load(cpu, last + 4, 8) + BigEndian.load(cpu, last, 4) * lmb;
        }
        long blocks = value(cpu, drconf, DRCONF_V1, 4 + V1_ENTRY);
        return blocks == 0 ? 0
                : BigEndian.load(cpu, blocks + 4 + V1_ENTRY * (BigEndian.load(cpu, blocks, 4) - 1), 8) + lmb;
    }

    /** Size of a memory block: ibm,lmb-size, else the second number of ibm,lrdr-capacity, else 256 MiB. */
    @KernelFunction("pseries_memory_block_size")
    public static long memoryBlockSize(Cpu cpu) {
        long drconf = top(cpu, DRCONF);
        long size = drconf == 0 ? 0 : value(cpu, drconf, LMB_SIZE, 8);
        if (size != 0) {
            return BigEndian.load(cpu, size, 8);
        }
        long capacity = lrdrCapacity(cpu);
        return capacity == 0 ? 1L << 28 : BigEndian.load(cpu, capacity + 8, 8);
    }

    /** Tells whether a list of strings of /rtas has a string. */
    public static boolean rtasHasString(Cpu cpu, long name, long text) {
        long rtas = top(cpu, RTAS);
        long property = rtas == 0 ? 0 : property(cpu, rtas, name);
        if (property == 0) {
            return false;
        }
        long at = cpu.load(property, Property.VALUE);
        long end = at + cpu.load(property, Property.LENGTH);
        while (at < end) {
            if (hash(cpu, at, HASH_START) == text) {
                return true;
            }
            at += textLength(cpu, at) + 1;
        }
        return false;
    }

    /** pci_dma_find: the nearest ancestor of a node, or itself, with a DMA window property; 0 if there is none. */
    @KernelFunction("pci_dma_find")
    public static long findWindowNode(Cpu cpu, long node) {
        long up = node;
        while (up != 0 && property(cpu, up, DMA_WINDOW) == 0 && property(cpu, up, DIRECT64) == 0
                && property(cpu, up, DMA64) == 0) {
            up = cpu.load(up, DeviceNode.PARENT);
        }
        return up;
    }

    /** The node of a PCI device by source-id; 0 if the tree has none. Only bridges with a DMA window are looked at. */
    public static long findDevice(Cpu cpu, long sourceId) {
        long bridge = cpu.load(cpu.load(KernelLayout.OF_ROOT), DeviceNode.CHILD);
        while (bridge != 0) {
            long child = isBridge(cpu, bridge) ? cpu.load(bridge, DeviceNode.CHILD) : 0;
            while (child != 0) {
                if (sourceId(cpu, child) == (sourceId & 0xffff)) {
                    return child;
                }
                child = cpu.load(child, DeviceNode.SIBLING);
            }
            bridge = cpu.load(bridge, DeviceNode.SIBLING);
        }
        return 0;
    }

    /** A node that comes from firmware anew has its default window, and no properties of this kernel. */
    static void freshBridge(Cpu cpu, long node) {
        remove(cpu, node, DIRECT64);
        remove(cpu, node, DMA64);
        long saved = value(cpu, node, DMA_WINDOW_SAVED, 20);
        if (saved != 0) {
            remove(cpu, node, DMA_WINDOW_SAVED);
            add(cpu, node, DMA_WINDOW, saved, 20);
        }
    }

    /** The first child of the root; 0 if it has none. */
    public static long firstTop(Cpu cpu) {
        return cpu.load(cpu.load(KernelLayout.OF_ROOT), DeviceNode.CHILD);
    }

    /** The value of a node's property about a dynamic window; 0 if it has none. */
    static long dynamicWindow(Cpu cpu, long node) {
        long direct = value(cpu, node, DIRECT64, WindowProp.STRUCT.sizeBytes());
        return direct != 0 ? direct : value(cpu, node, DMA64, WindowProp.STRUCT.sizeBytes());
    }

    /** Bus, device and function of a PCI device's node; -1 if it says nothing of them. */
    static long sourceId(Cpu cpu, long node) {
        long reg = value(cpu, node, REG, 4);
        return reg == 0 ? -1 : (BigEndian.load(cpu, reg, 4) >>> 8) & 0xffff;
    }

    /** Tells whether a node is a host bridge: it has a DMA window. */
    public static boolean isBridge(Cpu cpu, long node) {
        return property(cpu, node, DMA_WINDOW) != 0 || property(cpu, node, DIRECT64) != 0
                || property(cpu, node, DMA64) != 0;
    }
}
