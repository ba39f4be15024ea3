package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Direction;
import org.dmalab.pseries.kernel.KernelLayout.Table;

/**
 * TCE build and free of dynamic mappings. Only H_NOT_ENOUGH_RESOURCES is an error: any other return code is printed and
 * taken for success, and the device faults later.
 */
public final class TceBuild {
    private static final long PUT_FAILED = Text.id("tce_build_pSeriesLP: plpar_tce_put failed. rc=%lld");
    private static final long INDIRECT_FAILED = Text.id("tce_buildmulti_pSeriesLP: plpar_tce_put failed. rc=%lld");
    private static final long STUFF_FAILED = Text.id("tce_freemulti_pSeriesLP: plpar_tce_stuff failed");
    private static final long FREE_FAILED = Text.id("tce_free_pSeriesLP: plpar_tce_put failed. rc=%lld");
    private static final long RC = Text.id("\trc      = %lld");
    private static final long INDEX = Text.id("\tindex   = 0x%llx");
    private static final long TCENUM = Text.id("\ttcenum  = 0x%llx");
    private static final long TCE_VALUE = Text.id("\ttce val = 0x%llx");
    private static final long NPAGES = Text.id("\tnpages  = 0x%llx");
    private static final long FIRST_VALUE = Text.id("\ttce[0] val = 0x%llx");

    private TceBuild() { }

    /** tce_buildmulti_pSeriesLP, see {@link PseriesKernel#tce_buildmulti_pSeriesLP}. */
    @KernelFunction("tce_buildmulti_pSeriesLP")
    static long buildMulti(PseriesKernel kernel, Cpu cpu, long table, long firstTce, long count, long physical,
            Direction direction) {
        long liobn = cpu.load(table, Table.INDEX);
        long shift = cpu.load(table, Table.PAGE_SHIFT);
        long permission = direction == Direction.TO_DEVICE ? Hvcall.TCE_PCI_READ
                : Hvcall.TCE_PCI_READ | Hvcall.TCE_PCI_WRITE;
        boolean indirect = (cpu.load(KernelLayout.FIRMWARE_FEATURES) & KernelLayout.FEATURE_PUT_TCE_IND) != 0;
        if (count == 1 || !indirect) {
            return buildOneByOne(cpu, liobn, firstTce, shift, count, physical, permission);
        }
        long flags = cpu.irqSave();
        long page = Pages.tcePage(cpu);
        if (page == 0) {
            cpu.irqRestore(flags);
            return buildOneByOne(cpu, liobn, firstTce, shift, count, physical, permission);
        }
        long frame = physical >>> shift;
        long tce = firstTce;
        long left = count;
        long limit;
        long code;
        do {
            limit = Math.min(left, Hvcall.MAX_TCES);
            for (long i = 0; i < limit; i++) {
                Pages.writeTce(cpu, page, i, permission | frame << shift);
                frame++;
            }
            code = cpu.hcall(Hvcall.H_PUT_TCE_INDIRECT, liobn, tce << shift, Pages.physical(page), limit);
            left -= limit;
            tce += limit;
        } while (left > 0 && code == Hvcall.H_SUCCESS);
        cpu.irqRestore(flags);
        if (code == Hvcall.H_NOT_ENOUGH_RESOURCES) {
            kernel.tce_freemulti_pSeriesLP(cpu, table, firstTce, count - (left + limit));
            return code;
        }
        if (code != Hvcall.H_SUCCESS && ratelimit(cpu)) {
            cpu.printk(INDIRECT_FAILED, code);
            cpu.printk(INDEX, liobn);
            cpu.printk(NPAGES, left);
            cpu.printk(FIRST_VALUE, permission | physical);
        }
        return 0;
    }

    /** tce_build_pSeriesLP: one H_PUT_TCE each. */
    @KernelFunction("tce_build_pSeriesLP")
    static long buildOneByOne(Cpu cpu, long liobn, long firstTce, long shift, long count, long physical,
            long permission) {
        for (long i = 0; i < count; i++) {
            long tce = permission | ((physical >>> shift) + i) << shift;
            long code = cpu.hcall(Hvcall.H_PUT_TCE, liobn, (firstTce + i) << shift, tce, 0);
            if (code == Hvcall.H_NOT_ENOUGH_RESOURCES) {
                freeOneByOne(cpu, liobn, firstTce, shift, i);
                return code;
            }
            if (code != Hvcall.H_SUCCESS && ratelimit(cpu)) {
                cpu.printk(PUT_FAILED, code);
                cpu.printk(INDEX, liobn);
                cpu.printk(TCENUM, firstTce + i);
                cpu.printk(TCE_VALUE, tce);
            }
        }
        return 0;
    }

    /** tce_freemulti_pSeriesLP with the most TCEs that go into one hypercall. */
    @KernelFunction("tce_freemulti_pSeriesLP")
    public static void freeMulti(Cpu cpu, long table, long firstTce, long count, long most) {
        long liobn = cpu.load(table, Table.INDEX);
        long shift = cpu.load(table, Table.PAGE_SHIFT);
        if ((cpu.load(KernelLayout.FIRMWARE_FEATURES) & KernelLayout.FEATURE_STUFF_TCE) == 0) {
            freeOneByOne(cpu, liobn, firstTce, shift, count);
            return;
        }
        long tce = firstTce;
        long left = count;
        long code = Hvcall.H_SUCCESS;
        while (left > 0 && code == Hvcall.H_SUCCESS) {
            long limit = Math.min(left, most);
            code = cpu.hcall(Hvcall.H_STUFF_TCE, liobn, tce << shift, 0, limit);
            left -= limit;
            tce += limit;
        }
        if (code != Hvcall.H_SUCCESS && ratelimit(cpu)) {
            cpu.printk(STUFF_FAILED);
            cpu.printk(RC, code);
            cpu.printk(INDEX, liobn);
            cpu.printk(NPAGES, count);
        }
    }

    @KernelFunction("tce_free_pSeriesLP")
    private static void freeOneByOne(Cpu cpu, long liobn, long firstTce, long shift, long count) {
        for (long i = 0; i < count; i++) {
            long code = cpu.hcall(Hvcall.H_PUT_TCE, liobn, (firstTce + i) << shift, 0, 0);
            if (code != Hvcall.H_SUCCESS && ratelimit(cpu)) {
                cpu.printk(FREE_FAILED, code);
                cpu.printk(INDEX, liobn);
                cpu.printk(TCENUM, firstTce + i);
            }
        }
    }

    private static boolean ratelimit(Cpu cpu) {
        long left = cpu.load(KernelLayout.RATELIMIT);
        if (left == 0) {
            return false;
        }
        cpu.store(KernelLayout.RATELIMIT, left - 1);
        return true;
    }
}
