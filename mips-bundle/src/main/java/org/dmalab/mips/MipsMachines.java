package org.dmalab.mips;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Store;
import org.dmalab.mips.hardware.BusMaster;
import org.dmalab.mips.hardware.CacheGeometry;
import org.dmalab.mips.hardware.Caches;
import org.dmalab.mips.hardware.MachineMemory;
import org.dmalab.mips.hardware.PageTable;
import org.dmalab.mips.hardware.PhysicalMemory;
import org.dmalab.mips.hardware.Tlb;
import org.dmalab.mips.kernel.BootConfig;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.SmpCall;

/** Puts machines together: the one place that knows both hardware and kernel. */
final class MipsMachines {
    /** What data arrays hold at power-on. */
    private static final long GARBAGE = 0xa5a5a5a5a5a5a5a5L;

    private MipsMachines() { }

    static Machine create(MachineSpec spec, Services services) {
        Store store = new Store();
        Emitter emitter = new Emitter();
        BootConfig boot = boot(spec);
        KernelMemory kernel = KernelLayout.create(store);
        Processors processors = new Processors(store, boot.processors());
        PhysicalMemory memory = new PhysicalMemory(store, ranges(spec));
        Caches caches = new Caches(store, emitter, shape(spec, boot.processors()), memory);
        Tlb tlb = new Tlb(store, emitter, boot.processors(), narrow(spec, MipsParameters.TLB_PAIRS),
                flag(spec, MipsParameters.TLB_BROADCAST), refillFrom(kernel));
        if (flag(spec, MipsParameters.COLD_CACHES)) {
            caches.powerOn(KernelLayout.LOW_FIRST_PFN << KernelLayout.PAGE_SHIFT, GARBAGE);
        }
        MachineMemory reached = new MachineMemory(emitter, memory, caches, tlb, processors,
                flag(spec, MipsParameters.STRICT_HIT_OPS));
        Ports ports = new Ports(reached, null, null, null,
                new BusMaster(emitter, memory, caches, flag(spec, MipsParameters.SPECULATES),
                        flag(spec, MipsParameters.SPECULATIVE_STORES)));
        MipsModel model = new MipsModel(memory, reached, caches, tlb, boot);
        return new Machine(new Machine.Parts(spec, store, emitter, kernel, processors, ports,
                (cpu, vector, argument) -> SmpCall.interrupt(cpu), caches::drainOne, model), services);
    }

    /** The refill exception handler: it reads the kernel's page tables as they are now. */
    private static PageTable refillFrom(KernelMemory kernel) {
        return (processor, virtualPage) -> {
            long entry = KernelLayout.pageTableEntry(processor, virtualPage);
            long pte = entry == 0 ? 0 : kernel.load(entry, 4);
            return (pte & KernelLayout.PTE_VALID) == 0 ? 0 : (pte & KernelLayout.PAGE_MASK) | PageTable.VALID;
        };
    }

    private static List<PhysicalMemory.Range> ranges(MachineSpec spec) {
        List<PhysicalMemory.Range> ranges = new ArrayList<>();
        for (int i = 0; i < MipsParameters.RAM_RANGES; i++) {
            try {
                ranges.add(new PhysicalMemory.Range(spec.number(MipsParameters.ramStart(i)),
                        spec.number(MipsParameters.ramSizeBytes(i))));
            } catch (IllegalArgumentException e) {
                throw of("ram" + i, e);
            }
        }
        return ranges;
    }

    private static Caches.Shape shape(MachineSpec spec, int processors) {
        CacheGeometry instruction = spec.number(MipsParameters.L1I_SETS) == 0 ? null : geometry(spec, "l1i");
        int readAhead = narrow(spec, MipsParameters.READ_AHEAD_LINES);
        if (readAhead > 16) {
            throw new IllegalArgumentException(MipsParameters.READ_AHEAD_LINES + ": " + readAhead
                    + ", expected 0 to 16");
        }
        return new Caches.Shape(processors, geometry(spec, "l1"), instruction, secondary(spec), new Caches.Options(
                flag(spec, MipsParameters.L2_INCLUSIVE), flag(spec, MipsParameters.HIT_OPS_GLOBAL),
                flag(spec, MipsParameters.INDEX_OPS_GLOBAL), flag(spec, MipsParameters.VIRTUAL_INDEX),
                flag(spec, MipsParameters.IC_FILLS_F_DC), readAhead,
                narrow(spec, MipsParameters.WRITE_BUFFER_LINES)));
    }

    private static CacheGeometry secondary(MachineSpec spec) {
        return flag(spec, MipsParameters.L2_BYPASSED) || spec.number(MipsParameters.L2_SETS) == 0 ? null
                : geometry(spec, "l2");
    }

    /** The shape of the cache whose parameters begin with these letters. */
    private static CacheGeometry geometry(MachineSpec spec, String cache) {
        try {
            return new CacheGeometry(narrow(spec, cache + "Sets"), narrow(spec, cache + "Ways"),
                    narrow(spec, cache + "LineBytes"));
        } catch (IllegalArgumentException e) {
            throw of(cache, e);
        }
    }

    /** The error with the parameter's whole name: what {@code sets} is to a cache is {@code l1Sets} to the user. */
    private static IllegalArgumentException of(String part, IllegalArgumentException e) {
        String message = e.getMessage();
        return message.startsWith(part) ? e : new IllegalArgumentException(part
                + Character.toUpperCase(message.charAt(0)) + message.substring(1), e);
    }

    private static BootConfig boot(MachineSpec spec) {
        CacheGeometry secondary = secondary(spec);
        long lineBytes = spec.number(MipsParameters.L1_LINE_BYTES);
        return new BootConfig(narrow(spec, MipsParameters.PROCESSORS), lineBytes,
                spec.number(MipsParameters.L1_SETS) * lineBytes, spec.number(MipsParameters.L1_WAYS),
                secondary == null ? 0 : secondary.lineBytes(), secondary == null ? 0 : secondary.wayBytes(),
                secondary == null ? 0 : secondary.ways(),
                secondary != null && flag(spec, MipsParameters.L2_INCLUSIVE),
                flag(spec, MipsParameters.NONCOHERENT_R10000), flag(spec, MipsParameters.SYNC_AFTER_FLUSH),
                flag(spec, MipsParameters.EDGE_WRITEBACK), spec.number(MipsParameters.TLB_PAIRS),
                flag(spec, MipsParameters.TLB_BROADCAST), spec.number(MipsParameters.PKMAP_ENTRIES),
                flag(spec, MipsParameters.NESTED_HARDIRQS), more(spec));
    }

    private static BootConfig.More more(MachineSpec spec) {
        long icacheLine = spec.number(MipsParameters.L1I_SETS) == 0 ? 0 : spec.number(MipsParameters.L1I_LINE_BYTES);
        boolean aliases = flag(spec, MipsParameters.VIRTUAL_INDEX) && spec.number(MipsParameters.L1_SETS)
                * spec.number(MipsParameters.L1_LINE_BYTES) > KernelLayout.PAGE_SIZE;
        long high = 0;
        boolean border = false;
        for (PhysicalMemory.Range range : ranges(spec)) {
            long end = range.start() + range.sizeBytes();
            border |= range.start() < KernelLayout.HIGHMEM_START && end >= KernelLayout.HIGHMEM_START;
            high = Math.max(high, end - KernelLayout.HIGHMEM_START);
        }
        return new BootConfig.More(icacheLine, flag(spec, MipsParameters.IC_FILLS_F_DC), aliases,
                flag(spec, MipsParameters.L2_EDGE_WRITEBACK), flag(spec, MipsParameters.HIGHMEM),
                high >>> KernelLayout.PAGE_SHIFT, border, flag(spec, MipsParameters.COLD_CACHES),
                spec.number(MipsParameters.READ_AHEAD_LINES) != 0);
    }

    private static boolean flag(MachineSpec spec, String name) {
        return spec.number(name) != 0;
    }

    private static int narrow(MachineSpec spec, String name) {
        long value = spec.number(name);
        if (value < 0 || value > 1 << 20) {
            throw new IllegalArgumentException(name + ": " + value + ", expected 0 to " + (1 << 20));
        }
        return (int) value;
    }
}
