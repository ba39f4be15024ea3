package org.dmalab.pseries.hardware;

import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Column;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.api.store.Table;
import org.dmalab.pseries.hardware.Rtas.Answer;

/** The RTAS calls for dynamic DMA windows (LoPAR 7.3.31 to 7.3.34), with the rules of QEMU's windows. */
final class DmaWindowCalls {
    private static final long QUERY_5_LIMIT = 0x80000000L;
    private static final int DEFAULT_PAGE_SHIFT = 12;
    private static final long FOUR_GIB = 1L << 32;
    private static final long ABORT_TEXT = Text.id("memory_region_add_subregion_common: "
            + "Assertion `!subregion->container' failed");
    private static final int ONLY_ROW = 0;

    /** What the hypervisor remembers of itself. */
    private enum Self implements Column {
        ABORTED("aborted, text"), CREATE_CALLS("create calls");

        private final String label;

        Self(String label) {
            this.label = label;
        }

        @Override
        public String label() {
            return label;
        }
    }

    /** What it remembers of each host bridge. */
    private enum Bridge implements Column {
        LIMITED;

        @Override
        public String label() {
            return "limited addresses";
        }
    }

    private final RtasBlock blocks;
    private final TceTables tables;
    private final WindowRules rules;
    private final Behaviour behaviour;
    private final Emitter emitter;
    private final Table self;
    private final Table bridges;

    DmaWindowCalls(Store store, Emitter emitter, RtasBlock blocks, TceTables tables, WindowRules rules,
            Behaviour behaviour) {
        this.blocks = blocks;
        this.tables = tables;
        this.rules = rules;
        this.behaviour = behaviour;
        this.emitter = emitter;
        this.self = new Table(store, "hypervisor", 1, Region.Kind.STATE, Self.values(), row -> "hypervisor");
        this.bridges = new Table(store, "hypervisor.bridges", tables.phbs().size(), Region.Kind.STATE, Bridge.values(),
                row -> "PHB " + row);
    }

    long abortReason() {
        return self.get(ONLY_ROW, Self.ABORTED);
    }

    private void abort(long text, long liobn) {
        self.set(ONLY_ROW, Self.ABORTED, text);
        emitter.emit(HardwareEvent.HYPERVISOR_ABORT, Actor.MACHINE, text, liobn, 0, 0);
    }

    void resetAll() {
        for (Phb phb : tables.phbs()) {
            bridges.set(phb.index(), Bridge.LIMITED, 0);
            resetWindows(phb);
        }
    }

    /** LoPAR 7.3.31 ibm,query-pe-dma-window: configuration address, unit id high and low; 5 or 6 results. */
    Answer query(long block) {
        Phb phb = phb(block);
        if (phb == null || !(blocks.hasCounts(block, 3, 5) || blocks.hasCounts(block, 3, 6))) {
            return Answer.parameterError(0, 0);
        }
        long available = Math.max(0, rules.windowsPerPe() - active(phb));
        boolean wide = blocks.results(block) == 6;
        long largest = wide ? rules.largestBlockTces() : Math.min(rules.largestBlockTces(), QUERY_5_LIMIT);
        int next = 1;
        blocks.setResult(block, next++, available);
        if (wide) {
            blocks.setResult(block, next++, largest >>> Integer.SIZE);
        }
        blocks.setResult(block, next++, largest);
        blocks.setResult(block, next++, rules.pageMask());
        blocks.setResult(block, next, 0);
        return new Answer(Papr.RTAS_SUCCESS, available, largest);
    }

    /** LoPAR 7.3.32 ibm,create-pe-dma-window: configuration address, unit id, page shift, window shift; 4 results. */
    Answer create(long block) {
        Phb phb = phb(block);
        long pageShift = blocks.argument(block, 3);
        long windowShift = blocks.argument(block, 4);
        long shifts = (pageShift << 8) | windowShift;
        if (!blocks.hasCounts(block, 5, 4) || phb == null || !rules.offers(pageShift) || windowShift < pageShift) {
            return Answer.parameterError(shifts, 0);
        }
        long calls = self.get(ONLY_ROW, Self.CREATE_CALLS);
        if (calls < rules.createBusyCalls()) {
            self.set(ONLY_ROW, Self.CREATE_CALLS, calls + 1);
            return new Answer(Papr.RTAS_BUSY, shifts, 0);
        }
        int table = freeTable(phb);
        if (active(phb) >= rules.windowsPerPe() || table < 0) {
            return new Answer(Papr.RTAS_HARDWARE, shifts, 0);
        }
        long entries = behaviour.entries(windowShift - pageShift);
        long busAddress = busAddress(phb, windowShift);
        if (!attach(table, entries)) {
            return new Answer(Papr.RTAS_HARDWARE, shifts, 0);
        }
        tables.enable(table, (int) pageShift, busAddress, entries);
        tables.markDefault(table, behaviour.defaultMarkStays() && tables.isDefault(table));
        blocks.setResult(block, 1, tables.liobn(table));
        blocks.setResult(block, 2, busAddress >>> Integer.SIZE);
        blocks.setResult(block, 3, busAddress);
        return new Answer(Papr.RTAS_SUCCESS, shifts, tables.liobn(table));
    }

    /**
     * Attaches a table's memory region to the bridge's address space. A hypervisor that cuts the entry count does this
     * even for a window without entries, and never detaches it; attaching it once more ends the hypervisor.
     *
     * @return whether the window has entries and can be used
     */
    private boolean attach(int table, long entries) {
        if (tables.isOrphan(table)) {
            abort(ABORT_TEXT, tables.liobn(table));
            return false;
        }
        if (entries == 0 && behaviour.cutsEntryCount()) {
            tables.leaveOrphan(table);
        }
        return entries != 0;
    }

    private long busAddress(Phb phb, long windowShift) {
        if (active(phb) == 0) {
            return phb.defaultAddress();
        }
        boolean limited = bridges.get(phb.index(), Bridge.LIMITED) != 0;
        return limited ? Math.max(FOUR_GIB, 1L << windowShift) : rules.busAddress64();
    }

    /** LoPAR 7.3.33 ibm,remove-pe-dma-window: LIOBN; 1 result. With the last window gone the default one comes back. */
    Answer remove(long block) {
        long liobn = blocks.argument(block, 0);
        int table = tables.inUse(liobn);
        if (!blocks.hasCounts(block, 1, 1) || table < 0) {
            return Answer.parameterError(liobn, 0);
        }
        Phb phb = tables.phb(table);
        tables.disable(table);
        if (active(phb) == 0 && !tables.isDefault(table) && behaviour.defaultComesBack()) {
            resetWindows(phb);
        }
        return new Answer(Papr.RTAS_SUCCESS, liobn, 0);
    }

    /** LoPAR 7.3.34 ibm,reset-pe-dma-window: configuration address, unit id, and 1 for limited addresses; 1 result. */
    Answer resetPe(long block) {
        Phb phb = phb(block);
        boolean four = rules.limitedAddressMode() && blocks.hasCounts(block, 4, 1);
        if (phb == null || !(four || blocks.hasCounts(block, 3, 1))) {
            return Answer.parameterError(0, 0);
        }
        long limited = four && blocks.argument(block, 3) == 1 ? 1 : 0;
        bridges.set(phb.index(), Bridge.LIMITED, limited);
        resetWindows(phb);
        return new Answer(Papr.RTAS_SUCCESS, phb.buid(), limited);
    }

    private void resetWindows(Phb phb) {
        int first = phb.firstTable();
        for (int table = first; table < first + Phb.WINDOWS; table++) {
            if (tables.entries(table) != 0) {
                tables.disable(table);
            }
        }
        if (attach(first, 1)) {
            tables.enable(first, DEFAULT_PAGE_SHIFT, phb.defaultAddress(), phb.defaultBytes() >>> DEFAULT_PAGE_SHIFT);
            tables.markDefault(first, true);
        }
    }

    private int freeTable(Phb phb) {
        for (int table = phb.firstTable(); table < phb.firstTable() + Phb.WINDOWS; table++) {
            if (tables.entries(table) == 0) {
                return table;
            }
        }
        return -1;
    }

    private long active(Phb phb) {
        long active = 0;
        for (int table = phb.firstTable(); table < phb.firstTable() + Phb.WINDOWS; table++) {
            active += tables.entries(table) != 0 ? 1 : 0;
        }
        return active;
    }

    /** The bridge that the second and third argument name; null if there is none. */
    private Phb phb(long block) {
        long buid = blocks.wideArgument(block, 1);
        for (Phb phb : tables.phbs()) {
            if (phb.buid() == buid) {
                return phb;
            }
        }
        return null;
    }
}
