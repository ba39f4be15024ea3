package org.dmalab.vtd;

import org.dmalab.vtd.hardware.InterruptRange;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.hardware.RemappingUnit;

/**
 * What the tables in memory say, without any cache of the unit: legacy mode, and scalable mode with the PASID of
 * requests without one; second-level tables.
 *
 * <p>Written apart from the unit's own walk, so that oracles do not repeat its mistakes.
 *
 * @param model the machine
 * @param unit whose tables
 */
public record ReferenceWalk(VtdModel model, RemappingUnit unit) {
    private static final Owner NOBODY = new Owner(false, 0, false, 0, 0);
    private static final long ADDRESS = 0x000ffffffffff000L;
    private static final long TABLE_TYPE = 3L << 10;
    private static final long SCALABLE = 1L << 10;
    private static final long SUPERPAGE = 1 << 7;
    private static final int LEGACY_PASS_THROUGH = 2;
    private static final int SECOND_LEVEL = 2;
    private static final int PASS_THROUGH = 4;

    /** The tables of the first unit. */
    public ReferenceWalk(VtdModel model) {
        this(model, model.unit());
    }

    /**
     * Where an address leads.
     *
     * @param physical physical address
     * @param permissions bit 0 read, bit 1 write; 0 if it leads nowhere
     */
    public record Leaf(long physical, long permissions) { }

    /**
     * What the entries of a source-id say.
     *
     * @param present whether its requests are translated at all
     * @param domain its domain-id
     * @param passThrough addresses stay as they are
     * @param levels levels of its second-level tables
     * @param table physical address of the top one
     */
    public record Owner(boolean present, int domain, boolean passThrough, int levels, long table) { }

    /** Tells whether translation is on and the root table has a format that is understood here. */
    public boolean judges() {
        long type = unit.rootTable() & TABLE_TYPE;
        return (unit.peek(Reg.GSTS, 4) & Reg.TE) != 0 && (type == 0 || type == SCALABLE);
    }

    public boolean scalable() {
        return (unit.rootTable() & TABLE_TYPE) == SCALABLE;
    }

    /** Tells whether a bus has a context table. */
    public boolean hasBus(int firstSourceId) {
        long root = root(firstSourceId);
        return ((word(root) | (scalable() ? word(root + 8) : 0)) & 1) != 0;
    }

    /** Half 0 or 1 of a source-id's context entry; 0 if there is no table. */
    public long context(int sourceId, int half) {
        boolean upper = scalable() && (sourceId & 0x80) != 0;
        long root = word(root(sourceId) + (upper ? 8 : 0));
        long index = scalable() ? (sourceId & 0x7f) * 32L : (sourceId & 0xff) * 16L;
        return (root & 1) == 0 ? 0 : word((root & ADDRESS) + index + half * 8L);
    }

    /** What the entries of a source-id say. */
    public Owner owner(int sourceId) {
        long low = context(sourceId, 0);
        long high = context(sourceId, 1);
        if ((low & 1) == 0) {
            return NOBODY;
        }
        if (scalable()) {
            return pasidOwner(low & ADDRESS, ridPasid(high));
        }
        return new Owner(true, (int) (high >>> 8) & 0xffff, (low >>> 2 & 3) == LEGACY_PASS_THROUGH,
                (int) (high & 7) + 2, low & ADDRESS);
    }

    /** The PASID of requests without one, from the upper half of a context entry of scalable mode. */
    public long ridPasid(long high) {
        return unit.capabilities().ridPasid() ? high & 0xfffff : 0;
    }

    private Owner pasidOwner(long directory, long pasid) {
        long table = word(directory + (pasid >>> 6) * 8);
        long entry = (table & ADDRESS) + (pasid & 0x3f) * 64;
        long low = (table & 1) == 0 ? 0 : word(entry);
        int type = (int) (low >>> 6) & 7;
        if ((low & 1) == 0 || (type != SECOND_LEVEL && type != PASS_THROUGH)) {
            return NOBODY;
        }
        return new Owner(true, (int) word(entry + 8) & 0xffff, type == PASS_THROUGH, (int) (low >>> 2 & 7) + 2,
                low & ADDRESS);
    }

    /** Where an address of a device leads. */
    public Leaf translate(int sourceId, long address) {
        Owner owner = owner(sourceId);
        if (!owner.present()) {
            return new Leaf(0, 0);
        }
        if (owner.passThrough()) {
            return new Leaf(address, 3);
        }
        int level = owner.levels();
        long permissions = 3;
        long table = owner.table();
        while (true) {
            int shift = 12 + 9 * (level - 1);
            long entry = word(table + (address >>> shift & 0x1ff) * 8);
            permissions &= entry;
            if (permissions == 0) {
                return new Leaf(0, 0);
            }
            if (level == 1 || (level <= 3 && (entry & SUPERPAGE) != 0)) {
                long offset = (1L << shift) - 1;
                long page = entry & ADDRESS & ~offset;
                if (page < InterruptRange.END && page + offset >= InterruptRange.FIRST) {
                    return new Leaf(0, 0);
                }
                return new Leaf((entry & ADDRESS & ~offset) | (address & offset), permissions);
            }
            table = entry & ADDRESS;
            level--;
        }
    }

    private long root(int sourceId) {
        return (unit.rootTable() & ADDRESS) + (sourceId >>> 8) * 16L;
    }

    /** 8 bytes as table walks see them: with the processors' caches only if the unit snoops. */
    private long word(long address) {
        if (!model.memory().isRam(address, 8)) {
            return 0;
        }
        return unit.capabilities().coherent() ? model.memory().snoop(address, 8)
                : model.memory().fetch(address, 8);
    }
}
