package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.AtsScope;
import org.dmalab.vtd.kernel.KernelLayout.DeviceScope;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.kernel.KernelLayout.RmrrUnit;
import org.dmalab.vtd.spec.Cap;

/** The kernel's reading of the DMAR table that firmware left in memory: {@code dmar_table_init}. */
final class DmarTables {
    private static final long WIDTH = Text.id("DMAR: Host address width %d");
    private static final long DRHD = Text.id("DMAR: DRHD base: 0x%014llx flags: 0x%x");
    private static final long RMRR = Text.id("DMAR: RMRR base: 0x%014llx end: 0x%014llx");
    private static final long ATSR = Text.id("DMAR: ATSR flags: 0x%x");
    private static final long SATC = Text.id("DMAR: SATC flags: 0x%x");
    private static final long INVALID = Text.id("DMAR: Invalid 0-length structure");
    private static final long DMAR0 = Text.id("DMAR: dmar%d: reg_base_addr %llx ver %d:%d cap %llx ecap %llx");
    private static final int STRUCTURES = 48;
    private static final int RMRR_SCOPES = 24;
    private static final int ATS_SCOPES = 8;
    private static final int UNIT_SCOPES = 16;
    private static final int SCOPE_BYTES = 6;
    private static final int ENDPOINT = 1;
    private static final int BRIDGE = 2;
    private static final int INCLUDE_ALL = 1;
    private static final int SECONDARY_BUS = 0x19;
    private static final int DEFAULT_WIDTH_BITS = 48;
    private static final long SAVED_COMMANDS = 0x86800000L; // TE, QIE, IRE, CFI

    /** Makes a record for a device that a scope names: its address, or 0 if there is no memory for it. */
    @FunctionalInterface
    private interface Adder {
        long add(long sourceId);
    }

    private DmarTables() { }

    @KernelFunction("parse_dmar_table")
    static long parse(Cpu cpu) {
        long table = cpu.load(KernelLayout.ACPI_DMAR);
        long length = u(cpu, table + 4, 4);
        cpu.printk(WIDTH, u(cpu, table + 36, 1) + 1);
        for (long at = table + STRUCTURES; at < table + length;) {
            long type = u(cpu, at, 2);
            long size = u(cpu, at + 2, 2);
            if (size == 0) {
                cpu.printk(INVALID);
                return Errno.EINVAL;
            }
            long result = 0;
            if (type == 0) {
                result = addUnit(cpu, at, size);
            } else if (type == 1) {
                result = addRegions(cpu, at, size);
            } else if (type == 2 || type == 5) {
                result = addAtsScopes(cpu, at, size, type == 2);
            }
            if (result < 0) {
                return result;
            }
            at += size;
        }
        return cpu.load(KernelLayout.IOMMUS) == 0 ? Errno.ENODEV : 0;
    }

    /** {@code alloc_iommu}. */
    @KernelFunction("alloc_iommu")
    private static long addUnit(Cpu cpu, long at, long size) {
        long base = u(cpu, at + 8, 8);
        cpu.printk(DRHD, base, u(cpu, at + 4, 1));
        long iommu = cpu.alloc(IntelIommu.STRUCT);
        if (iommu == 0) {
            return Errno.ENOMEM;
        }
        cpu.store(iommu, IntelIommu.REG, base);
        long cap = Hw.read(cpu, iommu, Hw.CAP, 8);
        long ecap = Hw.read(cpu, iommu, Hw.ECAP, 8);
        long version = Hw.read(cpu, iommu, 0, 4);
        cpu.store(iommu, IntelIommu.CAP, cap);
        cpu.store(iommu, IntelIommu.ECAP, ecap);
        long widths = Cap.SAGAW.get(cap);
        int agaw = (DEFAULT_WIDTH_BITS - 30) / 9;
        while (agaw >= 0 && (widths >>> agaw & 1) == 0) {
            agaw--;
        }
        if (agaw < 0) {
            cpu.free(iommu);
            return Errno.EINVAL;
        }
        cpu.store(iommu, IntelIommu.AGAW, agaw);
        cpu.store(iommu, IntelIommu.MSAGAW, 63 - Long.numberOfLeadingZeros(widths));
        cpu.store(iommu, IntelIommu.GCMD, Hw.read(cpu, iommu, Hw.GSTS, 4) & SAVED_COMMANDS);
        long number = count(cpu);
        cpu.store(iommu, IntelIommu.SEQ_ID, number);
        cpu.printk(DMAR0, number, base, version >>> 4 & 0xf, version & 0xf, cap, ecap);
        cpu.store(iommu, IntelIommu.SEGMENT, u(cpu, at + 6, 2));
        cpu.store(iommu, IntelIommu.INCLUDE_ALL, u(cpu, at + 4, 1) & INCLUDE_ALL);
        long result = number < KernelLayout.UNITS ? addScopes(cpu, iommu, at + UNIT_SCOPES, at + size) : Errno.ENOSPC;
        if (result < 0) {
            cpu.free(iommu);
            return result;
        }
        register(cpu, iommu);
        return 0;
    }

    private static long count(Cpu cpu) {
        long count = 0;
        for (long iommu = cpu.load(KernelLayout.IOMMUS); iommu != 0; iommu = cpu.load(iommu, IntelIommu.NEXT)) {
            count++;
        }
        return count;
    }

    /** A unit that takes all devices that no other has comes last, any other first. */
    @KernelFunction("dmar_register_drhd_unit")
    private static void register(Cpu cpu, long iommu) {
        if (cpu.load(iommu, IntelIommu.INCLUDE_ALL) == 0) {
            cpu.store(iommu, IntelIommu.NEXT, cpu.load(KernelLayout.IOMMUS));
            cpu.store(KernelLayout.IOMMUS, iommu);
            return;
        }
        long last = KernelLayout.IOMMUS.address();
        while (cpu.load(last, 8) != 0) {
            last = cpu.load(last, 8) + IntelIommu.NEXT.offset();
        }
        cpu.store(last, 8, iommu);
    }

    /** {@code dmar_alloc_dev_scope}: endpoints and bridges; what a unit says of its interrupt sources is left out. */
    @KernelFunction("dmar_alloc_dev_scope")
    private static long addScopes(Cpu cpu, long iommu, long first, long end) {
        int count = 0;
        for (long scope = first; scope + SCOPE_BYTES <= end; scope += u(cpu, scope + 1, 1)) {
            if (u(cpu, scope + 1, 1) < SCOPE_BYTES) {
                cpu.printk(INVALID);
                return Errno.EINVAL;
            }
            count += namesDevice(cpu, scope) ? 1 : 0;
        }
        long scopes = count == 0 ? 0 : cpu.alloc(DeviceScope.STRUCT, count);
        if (count > 0 && scopes == 0) {
            return Errno.ENOMEM;
        }
        cpu.store(iommu, IntelIommu.DEVICES, scopes);
        cpu.store(iommu, IntelIommu.DEVICE_COUNT, count);
        long at = scopes;
        long segment = cpu.load(iommu, IntelIommu.SEGMENT);
        for (long scope = first; scope + SCOPE_BYTES <= end; scope += u(cpu, scope + 1, 1)) {
            if (namesDevice(cpu, scope)) {
                DeviceScopes.insert(cpu, at, sourceId(cpu, segment, scope, u(cpu, scope + 1, 1)));
                at += DeviceScope.STRUCT.sizeBytes();
            }
        }
        return 0;
    }

    private static boolean namesDevice(Cpu cpu, long scope) {
        long type = u(cpu, scope, 1);
        return type == ENDPOINT || type == BRIDGE;
    }

    /** One record for each device of the region, in the order of the table. */
    @KernelFunction("dmar_parse_one_rmrr")
    private static long addRegions(Cpu cpu, long at, long size) {
        long base = u(cpu, at + 8, 8);
        long end = u(cpu, at + 16, 8);
        cpu.printk(RMRR, base, end);
        return forEachScope(cpu, u(cpu, at + 6, 2), at + RMRR_SCOPES, at + size, sourceId -> {
            long region = cpu.alloc(RmrrUnit.STRUCT);
            if (region != 0) {
                cpu.store(region, RmrrUnit.BASE_ADDRESS, base);
                cpu.store(region, RmrrUnit.END_ADDRESS, end);
                cpu.store(region, RmrrUnit.SOURCE_ID, sourceId);
                append(cpu, KernelLayout.RMRRS, region);
            }
            return region;
        });
    }

    /** ATSR (root ports whose devices may use ATS) or SATC (integrated devices that may, or must). */
    @KernelFunction("dmar_parse_one_atsr")
    private static long addAtsScopes(Cpu cpu, long at, long size, boolean ports) {
        long flags = u(cpu, at + 4, 1);
        cpu.printk(ports ? ATSR : SATC, flags);
        if (ports && (flags & 1) != 0) {
            return addAtsScope(cpu, AtsScope.ALL_PORTS, 0) == 0 ? Errno.ENOMEM : 0;
        }
        int integrated = (flags & 1) != 0 ? AtsScope.INTEGRATED_REQUIRED : AtsScope.INTEGRATED;
        int kind = ports ? AtsScope.ROOT_PORT : integrated;
        return forEachScope(cpu, u(cpu, at + 6, 2), at + ATS_SCOPES, at + size,
                sourceId -> addAtsScope(cpu, kind, sourceId));
    }

    private static long addAtsScope(Cpu cpu, int kind, long sourceId) {
        long scope = cpu.alloc(AtsScope.STRUCT);
        if (scope != 0) {
            cpu.store(scope, AtsScope.KIND, kind);
            cpu.store(scope, AtsScope.SOURCE_ID, sourceId);
            append(cpu, KernelLayout.ATS_SCOPES, scope);
        }
        return scope;
    }

    /** Calls for each device of a list of scopes; what returns 0 had no memory. */
    private static long forEachScope(Cpu cpu, long segment, long first, long end, Adder add) {
        for (long scope = first; scope + SCOPE_BYTES <= end;) {
            long scopeBytes = u(cpu, scope + 1, 1);
            if (scopeBytes < SCOPE_BYTES) {
                cpu.printk(INVALID);
                return Errno.EINVAL;
            }
            if (add.add(sourceId(cpu, segment, scope, scopeBytes)) == 0) {
                return Errno.ENOMEM;
            }
            scope += scopeBytes;
        }
        return 0;
    }

    private static long sourceId(Cpu cpu, long segment, long scope, long scopeBytes) {
        long bus = (segment << 8) | u(cpu, scope + 5, 1);
        for (long hop = scope + SCOPE_BYTES; ; hop += 2) {
            long sourceId = bus << 8 | u(cpu, hop, 1) << 3 | (u(cpu, hop + 1, 1) & 7);
            if (hop + 4 > scope + scopeBytes) {
                return sourceId;
            }
            bus = (segment << 8) | cpu.readConfig(sourceId, SECONDARY_BUS, 1);
        }
    }

    /** At the end of a list whose elements begin with the address of the next. */
    private static void append(Cpu cpu, Variable list, long element) {
        long last = list.address();
        while (cpu.load(last, 8) != 0) {
            last = cpu.load(last, 8);
        }
        cpu.store(last, 8, element);
    }

    private static long u(Cpu cpu, long address, int widthBytes) {
        return cpu.read(address, widthBytes, Endian.LITTLE);
    }
}
