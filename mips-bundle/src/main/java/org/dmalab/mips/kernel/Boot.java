package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.service.Errno;

/** Brings the kernel up: what the probe of the caches found, the memory map, the empty kmap pool. */
public final class Boot {
    private static final long PRIMARY =
            Text.id("Primary data cache %ukB, %u-way, VIPT, no aliases, linesize %u bytes");
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
