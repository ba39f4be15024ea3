package org.dmalab.mips.hardware;

import org.dmalab.api.cpu.Level;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * The TLBs: fully associative, software managed, one entry for an aligned pair of pages (VPN2, EntryLo0, EntryLo1).
 * Nothing but a miss, a refill or a maintenance operation changes them, so a translation can be older than the page
 * table entry that it came from.
 */
public final class Tlb {
    private static final int PAIR_SHIFT = Segment.PAGE_SHIFT + 1;
    private static final int ENTRY_CELLS = 3;
    private static final long USED = 1;

    private final Region cells;
    private final int processors;
    private final int pairs;
    private final boolean broadcast;
    private final PageTable table;
    private final Emitter emitter;

    /**
     * Declares the TLBs in a store.
     *
     * @param pairs entries of each
     * @param broadcast whether a maintenance operation reaches the TLBs of all processors
     * @param table where refills come from
     */
    public Tlb(Store store, Emitter emitter, int processors, int pairs, boolean broadcast, PageTable table) {
        if (pairs < 1 || pairs > 1024) {
            throw new IllegalArgumentException("tlbPairs: " + pairs + ", expected 1 to 1024");
        }
        this.processors = processors;
        this.pairs = pairs;
        this.broadcast = broadcast;
        this.table = table;
        this.emitter = emitter;
        this.cells = store.dense("tlb", processors * (1 + pairs * ENTRY_CELLS), Region.Kind.STATE, this::name);
    }

    private String name(long cell) {
        int size = 1 + pairs * ENTRY_CELLS;
        long inside = cell % size;
        return "tlb cpu" + cell / size + (inside == 0 ? " next" : " entry " + (inside - 1) / ENTRY_CELLS);
    }

    /** Entries of each TLB. */
    public int pairs() {
        return pairs;
    }

    /**
     * Translates an address of a mapped segment; a miss or an invalid half takes an exception that loads both halves.
     *
     * @return the physical address, or -1 if the page table has no entry either
     */
    long translate(int processor, long address) {
        int entry = find(processor, address);
        long half = entry < 0 ? 0 : cells.get(entry + 1 + odd(address));
        if ((half & PageTable.VALID) == 0) {
            half = refill(processor, address, entry);
        }
        return (half & PageTable.VALID) == 0 ? -1
                : (half & -Segment.PAGE_BYTES) | (address & (Segment.PAGE_BYTES - 1));
    }

    /** TLB refill (no entry: TLBWR) and TLB invalid (an entry whose half is not valid: TLBWI) exceptions. */
    private long refill(int processor, long address, int found) {
        long even = address >>> PAIR_SHIFT << PAIR_SHIFT;
        long lo0 = table.entry(processor, even);
        long lo1 = table.entry(processor, even + Segment.PAGE_BYTES);
        long wanted = odd(address) == 0 ? lo0 : lo1;
        if ((wanted & PageTable.VALID) == 0) {
            return 0;
        }
        int entry = found >= 0 ? found : take(processor);
        cells.set(entry, address >>> PAIR_SHIFT << 1 | USED);
        cells.set(entry + 1, lo0);
        cells.set(entry + 2, lo1);
        emitter.emit(HardwareEvent.TLB_REFILL, Actor.processor(processor, Level.USER), address, lo0, lo1, 0);
        return wanted;
    }

    private int take(int processor) {
        int next = base(processor);
        int index = (int) cells.get(next);
        cells.set(next, (index + 1) % pairs);
        return next + 1 + index * ENTRY_CELLS;
    }

    private int find(int processor, long address) {
        long wanted = address >>> PAIR_SHIFT << 1 | USED;
        int first = base(processor) + 1;
        for (int i = 0; i < pairs; i++) {
            if (cells.get(first + i * ENTRY_CELLS) == wanted) {
                return first + i * ENTRY_CELLS;
            }
        }
        return -1;
    }

    /** The translation that a processor would use without an exception; -1 if there is none. */
    public long cached(int processor, long address) {
        int entry = find(processor, address);
        long half = entry < 0 ? 0 : cells.get(entry + 1 + odd(address));
        return (half & PageTable.VALID) == 0 ? -1 : half & -Segment.PAGE_BYTES;
    }

    /** Probe and overwrite: drops the pair that holds an address. */
    void flushPage(int processor, long address) {
        for (int p = 0; p < processors; p++) {
            int entry = p == processor || broadcast ? find(p, address) : -1;
            if (entry >= 0) {
                clear(entry);
            }
        }
        emitter.emit(HardwareEvent.TLB_FLUSH, Actor.processor(processor, Level.USER), address, 0, 0, 0);
    }

    /** Drops every entry. */
    void flushAll(int processor) {
        for (int p = 0; p < processors; p++) {
            if (p == processor || broadcast) {
                cells.set(base(p), 0);
                for (int i = 0; i < pairs; i++) {
                    clear(base(p) + 1 + i * ENTRY_CELLS);
                }
            }
        }
        emitter.emit(HardwareEvent.TLB_FLUSH, Actor.processor(processor, Level.USER), 0, 1, 0, 0);
    }

    private void clear(int entry) {
        for (int i = 0; i < ENTRY_CELLS; i++) {
            cells.set(entry + i, 0);
        }
    }

    private int base(int processor) {
        return processor * (1 + pairs * ENTRY_CELLS);
    }

    private static int odd(long address) {
        return (int) (address >>> Segment.PAGE_SHIFT & 1);
    }
}
