package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.spec.Cap;
import org.dmalab.vtd.spec.Ecap;

/** A remapping unit's registers as the kernel uses them. */
public final class Hw {
    static final int CAP = 0x08;
    static final int ECAP = 0x10;
    static final int GCMD = 0x18;
    static final int GSTS = 0x1c;
    static final int RTADDR = 0x20;
    static final int CCMD = 0x28;
    static final int FSTS = 0x34;
    static final int FECTL = 0x38;
    static final int FEDATA = 0x3c;
    static final int FEADDR = 0x40;
    static final int FEUADDR = 0x44;
    static final int PMEN = 0x64;
    static final int IQH = 0x80;
    static final int IQT = 0x88;
    static final int IQA = 0x90;
    static final long TE = 1L << 31;
    static final long SRTP = 1L << 30;
    static final long WBF = 1L << 27;
    static final long QIE = 1L << 26;
    private static final long MALFUNCTION = Text.id("DMAR: DMAR hardware is malfunctioning");
    private static final long POLL_NANOS = 100_000_000L;
    private static final int POLLS = 100; // 10 s, DMAR_OPERATION_TIMEOUT
    private static final int CACHE_LINE = 64;

    private Hw() { }

    static long read(Cpu cpu, long iommu, int offset, int widthBytes) {
        return cpu.readRegister(cpu.load(iommu, IntelIommu.REG) + offset, widthBytes);
    }

    static void write(Cpu cpu, long iommu, int offset, int widthBytes, long value) {
        cpu.writeRegister(cpu.load(iommu, IntelIommu.REG) + offset, widthBytes, value);
    }

    /** Waits until the bits of a register have a value; a unit that never answers stops the kernel. */
    static long await(Cpu cpu, long iommu, int offset, int widthBytes, long bits, long expected) {
        for (int i = 0; i < POLLS; i++) {
            long value = read(cpu, iommu, offset, widthBytes);
            if ((value & bits) == expected) {
                return value;
            }
            cpu.delay(POLL_NANOS);
        }
        cpu.bug(MALFUNCTION);
        return 0;
    }

    /** One command with the persistent bits, until the status shows it. */
    static void command(Cpu cpu, long iommu, long bit, long expected) {
        long register = iommu + IntelIommu.REGISTER_LOCK.offset();
        long flags = SpinLock.irqSave(cpu, register);
        write(cpu, iommu, GCMD, 4, cpu.load(iommu, IntelIommu.GCMD) | bit);
        await(cpu, iommu, GSTS, 4, bit, expected);
        SpinLock.irqRestore(cpu, register, flags);
    }

    /** Sets or clears a bit that stays in commands, until the status shows it. */
    static void setPersistent(Cpu cpu, long iommu, long bit, boolean on) {
        long lock = iommu + IntelIommu.REGISTER_LOCK.offset();
        long flags = SpinLock.irqSave(cpu, lock);
        long command = cpu.load(iommu, IntelIommu.GCMD) & ~bit;
        cpu.store(iommu, IntelIommu.GCMD, on ? command | bit : command);
        write(cpu, iommu, GCMD, 4, cpu.load(iommu, IntelIommu.GCMD));
        await(cpu, iommu, GSTS, 4, bit, on ? bit : 0);
        SpinLock.irqRestore(cpu, lock, flags);
    }

    /** {@code iommu_flush_write_buffer}. */
    @KernelFunction("iommu_flush_write_buffer")
    public static void flushWriteBuffer(Cpu cpu, long iommu) {
        if (Cap.RWBF.isSet(cpu.load(iommu, IntelIommu.CAP))) {
            command(cpu, iommu, WBF, 0);
        }
    }

    /** {@code __iommu_flush_cache}: writes table lines back when the unit does not snoop. */
    @KernelFunction("__iommu_flush_cache")
    public static void flushCache(Cpu cpu, long iommu, long address, long sizeBytes) {
        if (!Ecap.C.isSet(cpu.load(iommu, IntelIommu.ECAP))) {
            flushLines(cpu, address, sizeBytes);
        }
    }

    /** {@code clflush_cache_range}. */
    @KernelFunction("clflush_cache_range")
    static void flushLines(Cpu cpu, long address, long sizeBytes) {
        for (long line = address & -CACHE_LINE; line < address + sizeBytes; line += CACHE_LINE) {
            cpu.cache(CacheOp.FLUSH_LINE, line);
        }
    }

    /** {@code cap_ndoms}. */
    @KernelFunction("cap_ndoms")
    public static long domainCount(Cpu cpu, long iommu) {
        return Cap.domainCount(cpu.load(iommu, IntelIommu.CAP));
    }

    /** {@code cap_caching_mode}. */
    @KernelFunction("cap_caching_mode")
    public static boolean cachingMode(Cpu cpu, long iommu) {
        return Cap.CM.isSet(cpu.load(iommu, IntelIommu.CAP));
    }
}
