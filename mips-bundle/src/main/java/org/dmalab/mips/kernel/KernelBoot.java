package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.service.Errno;

/** Brings the kernel up: what the probe of the caches found, the memory map, the empty kmap pool. */
public final class KernelBoot {
    private static final long PRIMARY =
            Text.id("Primary data cache %ukB, %u-way, VIPT, no aliases, linesize %u bytes");
    private static final long SECONDARY = Text.id("MIPS secondary cache %ukB, %u-way, linesize %u bytes.");
    private static final long PROCESSORS = Text.id("Brought up %u CPUs");

    private KernelBoot() { }

    /** Boots; a machine boots once. */
    public static long boot(Cpu cpu, BootConfig config) {
        if (cpu.load(Layout.NR_CPUS) != 0) {
            return Errno.EBUSY;
        }
        cpu.store(Layout.DCACHE_LINESZ, config.dcacheLineBytes());
        cpu.store(Layout.DCACHE_WAYSIZE, config.dcacheWayBytes());
        cpu.store(Layout.DCACHE_WAYS, config.dcacheWays());
        cpu.store(Layout.DCACHE_SIZE, config.dcacheWayBytes() * config.dcacheWays());
        cpu.store(Layout.SCACHE_LINESZ, config.scacheLineBytes());
        cpu.store(Layout.SCACHE_WAYSIZE, config.scacheWayBytes());
        cpu.store(Layout.SCACHE_WAYS, config.scacheWays());
        cpu.store(Layout.SCACHE_SIZE, config.scacheWayBytes() * config.scacheWays());
        cpu.store(Layout.INCLUSIVE_PCACHES, flag(config.inclusive()));
        cpu.store(Layout.SAFE_INDEX_OPS, flag(config.processors() == 1));
        cpu.store(Layout.NONCOHERENT_R10000, flag(config.noncoherentR10000()));
        cpu.store(Layout.SYNC_AFTER_FLUSH, flag(config.syncAfterFlush()));
        cpu.store(Layout.EDGE_WRITEBACK, flag(config.edgeWriteback()));
        cpu.store(Layout.TLB_SIZE, config.tlbPairs());
        cpu.store(Layout.TLB_BROADCAST, flag(config.tlbBroadcast()));
        cpu.store(Layout.NR_CPUS, config.processors());
        cpu.store(Layout.LAST_PKMAP, config.pkmapEntries());
        cpu.store(Layout.NESTED_HARDIRQS, flag(config.nestedHardirqs()));
        PageAllocator.boot(cpu);
        announce(cpu, config);
        return 0;
    }

    private static void announce(Cpu cpu, BootConfig config) {
        cpu.printk(PRIMARY, config.dcacheWayBytes() * config.dcacheWays() >> 10, config.dcacheWays(),
                config.dcacheLineBytes());
        if (config.scacheWays() != 0) {
            cpu.printk(SECONDARY, config.scacheWayBytes() * config.scacheWays() >> 10, config.scacheWays(),
                    config.scacheLineBytes());
        }
        cpu.printk(PROCESSORS, config.processors());
    }

    private static long flag(boolean value) {
        return value ? 1 : 0;
    }
}
