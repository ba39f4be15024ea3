package org.dmalab.vtd.hardware;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.dmalab.api.event.Emitter;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.store.Store;
import org.dmalab.vtd.spec.Ccmd;
import org.dmalab.vtd.spec.Iva;

/** A remapping unit alone, with tables made by hand. */
final class Rig {
    static final long X9DRG_CAP = 0x00d2078c106f0466L;
    static final long X9DRG_ECAP = 0x00f020deL;
    static final long QEMU_CAP = 0x00d2008c22260206L;
    static final long QEMU_ECAP = 0x00f00f4aL;
    static final UnitProfile STRICT = UnitProfile.STRICT;
    static final UnitProfile SID_ONLY = UnitProfile.SID_ONLY;
    static final UnitProfile QEMU = UnitProfile.QEMU_7_2;
    static final long ROOT = 0x100000;
    static final long CONTEXT_TABLE = 0x101000;
    static final int SID = 0x0200;
    final Store store = new Store();
    final Emitter emitter = new Emitter();
    final MachineMemory memory;
    final List<long[]> messages = new ArrayList<>();
    final RemappingUnit unit;
    final DmaPath dma;
    private final int levels;
    private long nextTable = 0x200000;

    Rig(UnitProfile profile) {
        this(profile, QEMU_CAP, QEMU_ECAP);
    }

    Rig(UnitProfile profile, long cap, long ecap) {
        this(profile, cap, ecap, 0);
    }

    Rig(UnitProfile profile, long cap, long ecap, int cpuCacheLines) {
        memory = new MachineMemory(store, emitter, 1L << 30, cpuCacheLines);
        MessageInterrupt interrupt = (address, data) -> messages.add(new long[] {address, data});
        unit = new RemappingUnit(store, memory, emitter, new Capabilities(cap, ecap), profile, 39, interrupt);
        dma = new DmaPath(unit, memory, emitter, interrupt);
        levels = (unit.capabilities().supportedWidths() & 4) != 0 ? 4 : 3;
        memory.put(ROOT + (SID >> 8) * 16, 8, CONTEXT_TABLE | 1);
    }

    /** Sets the root table, flushes everything and enables translation. */
    void start() {
        unit.write(Reg.RTADDR, 8, ROOT);
        unit.write(Reg.GCMD, 4, Reg.SRTP);
        contextFlush(1, 0, 0);
        iotlbFlush(1, 0, 0);
        unit.write(Reg.GCMD, 4, Reg.TE);
    }

    long newTable() {
        nextTable += 0x1000;
        return nextTable;
    }

    long contextEntry(int sid) {
        return CONTEXT_TABLE + (sid & 0xff) * 16L;
    }

    void context(int sid, int did, long table) {
        memory.put(contextEntry(sid) + 8, 8, (long) did << 8 | levels - 2);
        memory.put(contextEntry(sid), 8, table | 1);
    }

    /** Address of the last-level entry, with tables made on the way. */
    long pteAddress(long top, long address) {
        long table = top;
        for (int level = levels; level > 1; level--) {
            long entry = table + (address >>> 12 + 9 * (level - 1) & 0x1ff) * 8;
            if (memory.fetch(entry, 8) == 0) {
                memory.put(entry, 8, newTable() | 3);
            }
            table = memory.fetch(entry, 8) & ~0xfffL;
        }
        return table + (address >>> 12 & 0x1ff) * 8;
    }

    void map(long top, long address, long page, int permissions) {
        memory.put(pteAddress(top, address), 8, page | permissions);
    }

    void contextFlush(int scope, int did, int sid) {
        unit.write(Reg.CCMD, 8, Ccmd.ICC.mask() | (long) scope << 61 | (long) sid << 16 | did);
    }

    void iotlbFlush(int scope, int did, long addressAndMask) {
        int offset = unit.capabilities().iotlbOffset();
        unit.write(offset, 8, addressAndMask);
        unit.write(offset + 8, 8, Iva.IVT.mask() | (long) scope << 60 | (long) did << 32);
    }

    DmaMaster.Access read(long address) {
        return dma.read(SID, address, 8);
    }

    DmaMaster.Access write(long address) {
        return dma.write(SID, address, 8, 0x1122334455667788L);
    }

    int faultReason(int index) {
        return (int) unit.peek(unit.capabilities().faultOffset() + 16 * index + 12, 4) & 0xff;
    }

    boolean pending(int index) {
        return unit.peek(unit.capabilities().faultOffset() + 16 * index + 8, 8) < 0;
    }

    void clearFaults() {
        for (int i = 0; i < unit.capabilities().faultCount(); i++) {
            unit.write(unit.capabilities().faultOffset() + 16 * i + 12, 4, 1L << 31);
        }
        unit.write(Reg.FSTS, 4, 0xff);
    }

    /** How much is cached: translations, context entries, pointers to tables of the first domain-ids. */
    int[] counts() {
        int tables = IntStream.range(0, 0x100).map(unit::cachedTables).sum();
        return new int[] {unit.cachedTranslations().size(), unit.cachedContexts().size(), tables};
    }
}
