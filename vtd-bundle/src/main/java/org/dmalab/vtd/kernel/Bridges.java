package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.Bridge;

/** Bridges and the buses behind them. */
final class Bridges {
    private static final long NONE = 0xffffffffL;
    private static final int BUS_SHIFT = 8;

    private Bridges() { }

    /** {@code pci_scan_bridge}: remembers what is there; 0 or {@code -ENOMEM}. */
    @KernelFunction("pci_scan_bridge")
    static long remember(Cpu cpu, BootParameters parameters) {
        for (BootParameters.Bridge found : parameters.bridges()) {
            long bridge = cpu.alloc(Bridge.STRUCT);
            if (bridge == 0) {
                return Errno.ENOMEM;
            }
            cpu.store(bridge, Bridge.SOURCE_ID, found.sourceId());
            cpu.store(bridge, Bridge.ALIAS, found.alias() & NONE);
            cpu.store(bridge, Bridge.FIRST_BUS, found.firstBus());
            cpu.store(bridge, Bridge.LAST_BUS, found.lastBus());
            cpu.store(bridge, Bridge.NEXT, cpu.load(KernelLayout.BRIDGES));
            cpu.store(KernelLayout.BRIDGES, bridge);
        }
        return 0;
    }

    /** The bridge to the bus of a source-id; 0 if that is a root bus. */
    static long above(Cpu cpu, long sourceId) {
        long bridge = cpu.load(KernelLayout.BRIDGES);
        while (bridge != 0 && (segment(cpu.load(bridge, Bridge.SOURCE_ID)) != segment(sourceId)
                || cpu.load(bridge, Bridge.FIRST_BUS) != bus(sourceId))) {
            bridge = cpu.load(bridge, Bridge.NEXT);
        }
        return bridge;
    }

    /** The bridge that has a source-id; 0 if none has. */
    static long find(Cpu cpu, long sourceId) {
        long bridge = cpu.load(KernelLayout.BRIDGES);
        while (bridge != 0 && cpu.load(bridge, Bridge.SOURCE_ID) != sourceId) {
            bridge = cpu.load(bridge, Bridge.NEXT);
        }
        return bridge;
    }

    /** The source-id that requests from behind a bridge carry; -1 if each carries its own. */
    static long alias(Cpu cpu, long bridge) {
        long alias = cpu.load(bridge, Bridge.ALIAS);
        return alias == NONE ? -1 : alias;
    }

    /** Tells whether a bridge to a conventional bus stands before a device. */
    static boolean conventional(Cpu cpu, long sourceId) {
        for (long bridge = above(cpu, sourceId); bridge != 0;
                bridge = above(cpu, cpu.load(bridge, Bridge.SOURCE_ID))) {
            if (alias(cpu, bridge) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** The bus number in a source-id. */
    static long bus(long sourceId) {
        return (sourceId >>> BUS_SHIFT) & 0xff;
    }

    /** The segment in a source-id. */
    static long segment(long sourceId) {
        return sourceId >>> (2 * BUS_SHIFT);
    }
}
