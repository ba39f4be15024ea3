package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Errno;

/** Brings the kernel up: what the probe of the caches found, the memory map, the empty kmap pool. */
public final class Boot {
    private static final long PRIMARY =
            Text.id("Primary data cache %ukB, %u-way, VIPT, no aliases, linesize %u bytes");
    private static final long ALIASING =
            Text.id("Primary data cache %ukB, %u-way, VIPT, cache aliases, linesize %u bytes");
    private static final long ALIASES = Text.id("This processor doesn't support highmem. Ignoring high memory.");
    private static final long SECONDARY = Text.id("MIPS secondary cache %ukB, %u-way, linesize %u bytes.");
    private static final long PROCESSORS = Text.id("Brought up %u CPUs");

    private Boot() { }

    /** Boots; a machine boots once. */
    public static long boot(Cpu cpu, BootConfig config) {
        if (cpu.load(KernelLayout.NR_CPUS) != 0) {
            return Errno.EBUSY;
        }
        cpu.store(KernelLayout.DCACHE_LINESZ, config.dcacheLineBytes());
        cpu.store(KernelLayout.DCACHE_WAYSIZE, config.dcacheWayBytes());
        cpu.store(KernelLayout.DCACHE_WAYS, config.dcacheWays());
        cpu.store(KernelLayout.DCACHE_SIZE, config.dcacheWayBytes() * config.dcacheWays());
        cpu.store(KernelLayout.SCACHE_LINESZ, config.scacheLineBytes());
        cpu.store(KernelLayout.SCACHE_WAYSIZE, config.scacheWayBytes());
        cpu.store(KernelLayout.SCACHE_WAYS, config.scacheWays());
        cpu.store(KernelLayout.SCACHE_SIZE, config.scacheWayBytes() * config.scacheWays());
        cpu.store(KernelLayout.INCLUSIVE_PCACHES, flag(config.inclusive()));
        cpu.store(KernelLayout.SAFE_INDEX_OPS, flag(config.processors() == 1));
        cpu.store(KernelLayout.NONCOHERENT_R10000, flag(config.noncoherentR10000()));
        cpu.store(KernelLayout.SYNC_AFTER_FLUSH, flag(config.syncAfterFlush()));
        cpu.store(KernelLayout.EDGE_WRITEBACK, flag(config.edgeWriteback()));
        cpu.store(KernelLayout.TLB_SIZE, config.tlbPairs());
        cpu.store(KernelLayout.TLB_BROADCAST, flag(config.tlbBroadcast()));
        cpu.store(KernelLayout.NR_CPUS, config.processors());
        cpu.store(KernelLayout.LAST_PKMAP, config.pkmapEntries());
        cpu.store(KernelLayout.NESTED_HARDIRQS, flag(config.nestedHardirqs()));
        cpu.store(KernelLayout.ICACHE_LINESZ, config.more().icacheLineBytes());
        cpu.store(KernelLayout.IC_FILLS_F_DC, flag(config.more().icFillsFromDc()));
        cpu.store(KernelLayout.DC_ALIASES, flag(config.more().dcAliases()));
        cpu.store(KernelLayout.SCACHE_EDGE_WRITEBACK, flag(config.more().scacheEdgeWriteback()));
        cpu.store(KernelLayout.READ_AHEAD, flag(config.more().readAheadCache()));
        if (config.more().coldCaches()) {
            bootLoader(cpu);
        }
        PageAllocator.boot(cpu, highPages(config.more()), config.more().borderMemory());
        announce(cpu, config);
        return 0;
    }

    /** Before the kernel runs from cached addresses, somebody has to make the caches empty. */
    private static void bootLoader(Cpu cpu) {
        Binding variant = cpu.services().enter();
        try {
            MipsKernel.of(variant.cacheFlush()).mips_cache_reset(cpu);
        } finally {
            cpu.services().leave();
        }
    }

    /** High memory goes unused without CONFIG_HIGHMEM, and on a core whose data cache has aliases. */
    private static long highPages(BootConfig.More config) {
        return config.highmem() && !config.dcAliases() ? Math.max(0, config.highPages()) : 0;
    }

    private static void announce(Cpu cpu, BootConfig config) {
        cpu.printk(config.more().dcAliases() ? ALIASING : PRIMARY,
                (config.dcacheWayBytes() * config.dcacheWays()) >> 10, config.dcacheWays(),
                config.dcacheLineBytes());
        if (config.scacheWays() != 0) {
            cpu.printk(SECONDARY, (config.scacheWayBytes() * config.scacheWays()) >> 10, config.scacheWays(),
                    config.scacheLineBytes());
        }
        if (config.more().highPages() > 0 && config.more().dcAliases()) {
            cpu.printk(ALIASES);
        }
        cpu.printk(PROCESSORS, config.processors());
    }

    private static long flag(boolean value) {
        return value ? 1 : 0;
    }
}
