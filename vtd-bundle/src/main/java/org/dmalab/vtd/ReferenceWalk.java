package org.dmalab.vtd;

import org.dmalab.vtd.hardware.Reg;

/**
 * What the tables in memory say, without any cache of the unit: legacy mode, second-level tables.
 *
 * <p>Written apart from the unit's own walk, so that oracles do not repeat its mistakes.
 *
 * @param model the machine
 */
record ReferenceWalk(VtdModel model) {
    private static final long ADDRESS = 0x000ffffffffff000L;
    private static final long TABLE_TYPE = 3L << 10;
    private static final long SUPERPAGE = 1 << 7;
    private static final int PASS_THROUGH = 2;

    /**
     * Where an address leads.
     *
     * @param physical physical address
     * @param permissions bit 0 read, bit 1 write; 0 if it leads nowhere
     */
    record Leaf(long physical, long permissions) { }

    /** Tells whether translation is on and the root table has the format that is understood here. */
    boolean judges() {
        return (model.unit().peek(Reg.GSTS, 4) & Reg.TE) != 0 && (model.unit().rootTable() & TABLE_TYPE) == 0;
    }

    /** Tells whether a bus has a context table. */
    boolean hasBus(int firstSourceId) {
        return (word((model.unit().rootTable() & ADDRESS) + (firstSourceId >>> 8) * 16L) & 1) != 0;
    }

    /** Half 0 or 1 of a source-id's context entry; 0 if there is no table. */
    long context(int sourceId, int half) {
        long root = word((model.unit().rootTable() & ADDRESS) + (sourceId >>> 8) * 16L);
        return (root & 1) == 0 ? 0 : word((root & ADDRESS) + (sourceId & 0xff) * 16L + half * 8L);
    }

    /** Where an address of a device leads. */
    Leaf translate(int sourceId, long address) {
        long low = context(sourceId, 0);
        long high = context(sourceId, 1);
        if ((low & 1) == 0) {
            return new Leaf(0, 0);
        }
        if ((low >>> 2 & 3) == PASS_THROUGH) {
            return new Leaf(address, 3);
        }
        int level = (int) (high & 7) + 2;
        long permissions = 3;
        long table = low & ADDRESS;
        while (true) {
            int shift = 12 + 9 * (level - 1);
            long entry = word(table + (address >>> shift & 0x1ff) * 8);
            permissions &= entry;
            if (permissions == 0) {
                return new Leaf(0, 0);
            }
            if (level == 1 || level <= 3 && (entry & SUPERPAGE) != 0) {
                long offset = (1L << shift) - 1;
                return new Leaf(entry & ADDRESS & ~offset | address & offset, permissions);
            }
            table = entry & ADDRESS;
            level--;
        }
    }

    /** 8 bytes as table walks see them: with the processors' caches only if the unit snoops. */
    private long word(long address) {
        if (!model.memory().isRam(address, 8)) {
            return 0;
        }
        return model.unit().capabilities().coherent() ? model.memory().snoop(address, 8)
                : model.memory().fetch(address, 8);
    }
}
