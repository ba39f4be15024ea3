package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.spec.Cap;
import org.dmalab.vtd.spec.FaultRecord;

/** {@code dmar_fault}: reads, clears and prints fault records in the form of kernels to 5.4. Prints are not limited. */
public final class FaultHandler {
    /** The interrupt vector of fault events. */
    public static final int VECTOR = 0;
    private static final long STATUS = Text.id("DMAR: DRHD: handling fault status reg %x");
    private static final long READ = Text.id("DMAR: [DMA Read] Request device [%02x:%02x.%d] fault addr %llx "
            + "[fault reason %02d] %s");
    private static final long WRITE = Text.id("DMAR: [DMA Write] Request device [%02x:%02x.%d] fault addr %llx "
            + "[fault reason %02d] %s");
    private static final long PENDING = 1 << 1;
    private static final long CLEAR = 1 | 1 << 1 | 1 << 7; // PFO, PPF, PRO
    private static final long F = 1L << 31;

    private FaultHandler() { }

    /** The interrupt handler, of the unit whose vector it is; an interrupt that finds no kernel does nothing. */
    @KernelFunction("dmar_fault")
    public static void handle(Cpu cpu, int vector, long argument) {
        for (long iommu = cpu.load(KernelLayout.IOMMUS); iommu != 0; iommu = cpu.load(iommu, IntelIommu.NEXT)) {
            if (cpu.load(iommu, IntelIommu.SEQ_ID) == (argument & 0xff) - Boot.MESSAGE_VECTOR) {
                fault(cpu, iommu);
            }
        }
    }

    @KernelFunction("dmar_fault")
    static void fault(Cpu cpu, long iommu) {
        long lock = iommu + IntelIommu.REGISTER_LOCK.offset();
        long flags = SpinLock.irqSave(cpu, lock);
        long status = Hw.read(cpu, iommu, Hw.FSTS, 4);
        if (status != 0) {
            cpu.printk(STATUS, status);
        }
        if ((status & PENDING) != 0) {
            records(cpu, iommu, lock, (int) (status >>> 8) & 0xff);
            Hw.write(cpu, iommu, Hw.FSTS, 4, CLEAR);
        }
        SpinLock.irqRestore(cpu, lock, flags);
    }

    /** From the first pending record to the first that holds none; each is cleared before it is printed. */
    @KernelFunction("dmar_fault")
    private static void records(Cpu cpu, long iommu, long lock, int first) {
        long cap = cpu.load(iommu, IntelIommu.CAP);
        int count = Cap.faultCount(cap);
        int base = Cap.faultOffset(cap);
        for (int index = first; ; index = (index + 1) % count) {
            int record = base + index * FaultRecord.BYTES;
            long upper = Hw.read(cpu, iommu, record + 12, 4);
            if ((upper & F) == 0) {
                return;
            }
            long sourceId = Hw.read(cpu, iommu, record + 8, 4) & 0xffff;
            long address = Hw.read(cpu, iommu, record, 8) & ~0xfffL;
            Hw.write(cpu, iommu, record + 12, 4, F);
            cpu.unlock(lock);
            long reason = upper & 0xff;
            cpu.printk((upper >>> 30 & 1) != 0 ? READ : WRITE, sourceId >>> 8, sourceId >>> 3 & 0x1f, sourceId & 7,
                    address, reason, FaultReasons.text(reason));
            cpu.lock(lock);
        }
    }
}
