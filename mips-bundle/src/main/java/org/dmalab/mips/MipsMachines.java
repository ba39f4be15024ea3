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
        Ports ports = new Ports(new MachineMemory(emitter, memory, caches, tlb, processors), null, null, null,
                new BusMaster(emitter, memory, caches, flag(spec, MipsParameters.SPECULATES)));
        MipsModel model = new MipsModel(memory, caches, tlb, boot);
        return new Machine(new Machine.Parts(spec, store, emitter, kernel, processors, ports,
                (cpu, vector, argument) -> SmpCall.interrupt(cpu), caches::drainOne, model), services);
    }

    /** The refill exception handler: it reads the kernel's page tables as they are now. */
    private static PageTable refillFrom(KernelMemory kernel) {
        return (processor, virtualPage) -> {
            long entry = KernelLayout.pageTableEntry(processor, virtualPage);
            long pte = entry == 0 ? 0 : kernel.load(entry, 4);
            return (pte & KernelLayout.PTE_VALID) == 0 ? 0 : pte & KernelLayout.PAGE_MASK | PageTable.VALID;
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
        return new Caches.Shape(processors, geometry(spec, "l1"), secondary(spec),
                flag(spec, MipsParameters.L2_INCLUSIVE), flag(spec, MipsParameters.HIT_OPS_GLOBAL),
                narrow(spec, MipsParameters.WRITE_BUFFER_LINES));
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
                flag(spec, MipsParameters.NESTED_HARDIRQS));
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
