package org.dmalab.pseries.hardware;

import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * Run-time abstraction services: dynamic DMA windows (LoPAR 7.3.31 to 7.3.34) and the allocation of logical memory
 * blocks (set-indicator 9003, LoPAR 7.3.5.3). The argument block is be32 token, nargs, nret, arguments, results. A
 * call that fails writes its status and leaves the other results as they were.
 *
 * <p>Announced as {@link HardwareEvent#RTAS}: query with windows available and largest block, create with page shift
 * {@code << 8} | window shift and LIOBN, remove with the LIOBN, reset with the unit id and 1 for limited addresses,
 * set-indicator with index and state.
 */
public final class Rtas {
    /** The whole of memory's DRC indexes: 0x80000000 plus the number of the block. */
    public static final long LMB_DRC = 0x80000000L;
    private static final long ALLOCATION_STATE = 9003;
    private static final long ISOLATION_STATE = 9001;
    private static final long QUERY_5_LIMIT = 0x80000000L;
    private static final int DEFAULT_PAGE_SHIFT = 12;
    private static final int ABORTED = 0;
    private static final int CREATE_CALLS = 1;
    private static final int LIMITED = 2;
    private static final long ABORT_TEXT = Text.id("memory_region_add_subregion_common: "
            + "Assertion `!subregion->container' failed");

    private final MachineMemory memory;
    private final TceTables tables;
    private final WindowRules rules;
    private final Behaviour behaviour;
    private final RtasTokens tokens;
    private final Emitter emitter;
    private final Region state;

    /** Declares what the services remember, over memory and tables. */
    public Rtas(Store store, Emitter emitter, MachineMemory memory, TceTables tables, WindowRules rules,
            Behaviour behaviour, RtasTokens tokens) {
        this.memory = memory;
        this.tables = tables;
        this.rules = rules;
        this.behaviour = behaviour;
        this.tokens = tokens;
        this.emitter = emitter;
        this.state = store.dense("hypervisor", LIMITED + tables.phbs().size(), Region.Kind.STATE,
                cell -> cell == ABORTED ? "hypervisor aborted" : cell == CREATE_CALLS ? "create calls"
                        : "limited addresses of PHB " + (cell - LIMITED));
    }

    /** The tokens. */
    public RtasTokens tokens() {
        return tokens;
    }

    /** Stops whoever calls a hypervisor that has ended itself. */
    public void requireAlive() {
        if (state.get(ABORTED) != 0) {
            throw new KernelBug("the hypervisor has aborted: " + Text.of(ABORT_TEXT));
        }
    }

    /** Power on or partition reset: every window goes, each bridge gets its default window. */
    public void reset() {
        requireAlive();
        for (Phb phb : tables.phbs()) {
            state.set(LIMITED + phb.index(), 0);
            resetWindows(phb);
        }
        emitter.emit(HardwareEvent.RESET, Actor.MACHINE, 0, 0, 0, 0);
    }

    /** Executes the call whose argument block lies at a real or linear-map address. */
    public void call(long argumentBlock) {
        requireAlive();
        long block = MachineMemory.physical(argumentBlock);
        long token = cell(block, 0);
        if (token == tokens.query()) {
            query(block);
        } else if (token == tokens.create()) {
            create(block);
        } else if (token == tokens.remove()) {
            remove(block);
        } else if (token == tokens.reset()) {
            resetPe(block);
        } else if (token == tokens.setIndicator()) {
            setIndicator(block);
        } else {
            answer(block, Papr.RTAS_PARAMETER, 0, 0);
        }
    }

    /** The token in an argument block at a real or linear-map address. */
    public long token(long argumentBlock) {
        return cell(MachineMemory.physical(argumentBlock), 0);
    }

    /** Writes the status into an argument block, as a call does that does nothing else. */
    public void setStatus(long argumentBlock, long status) {
        setResult(MachineMemory.physical(argumentBlock), 0, status);
    }

    /** LoPAR 7.3.31: configuration address, unit id high and low; 5 or 6 results. */
    private void query(long block) {
        Phb phb = phb(block);
        long results = results(block);
        if (arguments(block) != 3 || results != 5 && results != 6 || phb == null) {
            answer(block, Papr.RTAS_PARAMETER, 0, 0);
            return;
        }
        long available = Math.max(0, rules.windowsPerPe() - active(phb));
        long largest = rules.largestBlockTces();
        int next = 1;
        setResult(block, next++, available);
        if (results == 6) {
            setResult(block, next++, largest >>> 32);
            setResult(block, next++, largest);
        } else {
            largest = Math.min(largest, QUERY_5_LIMIT);
            setResult(block, next++, largest);
        }
        setResult(block, next++, rules.pageMask());
        setResult(block, next, 0);
        answer(block, Papr.RTAS_SUCCESS, available, largest);
    }

    /** LoPAR 7.3.32: configuration address, unit id high and low, page shift, window shift; 4 results. */
    private void create(long block) {
        Phb phb = phb(block);
        long pageShift = argument(block, 3);
        long windowShift = argument(block, 4);
        long shifts = pageShift << 8 | windowShift;
        if (arguments(block) != 5 || results(block) != 4 || phb == null || !rules.offers(pageShift)
                || windowShift < pageShift) {
            answer(block, Papr.RTAS_PARAMETER, shifts, 0);
            return;
        }
        long calls = state.get(CREATE_CALLS);
        if (calls < rules.createBusyCalls()) {
            state.set(CREATE_CALLS, calls + 1);
            answer(block, Papr.RTAS_BUSY, shifts, 0);
            return;
        }
        int table = freeTable(phb);
        if (active(phb) >= rules.windowsPerPe() || table < 0) {
            answer(block, Papr.RTAS_HARDWARE, shifts, 0);
            return;
        }
        long entries = behaviour.entries(windowShift - pageShift);
        long busAddress = busAddress(phb, windowShift);
        if (!attach(table, entries)) {
            answer(block, Papr.RTAS_HARDWARE, shifts, 0);
            return;
        }
        tables.enable(table, (int) pageShift, busAddress, entries);
        tables.markDefault(table, behaviour.defaultMarkStays() && tables.isDefault(table));
        setResult(block, 1, tables.liobn(table));
        setResult(block, 2, busAddress >>> 32);
        setResult(block, 3, busAddress);
        answer(block, Papr.RTAS_SUCCESS, shifts, tables.liobn(table));
    }

    /**
     * Attaches a table's memory region to the bridge's address space. A hypervisor that cuts the entry count does this
     * even for a window without entries, and never detaches it; attaching it once more ends the hypervisor.
     *
     * @return whether the window has entries
     */
    private boolean attach(int table, long entries) {
        if (tables.isOrphan(table)) {
            state.set(ABORTED, 1);
            emitter.emit(HardwareEvent.HYPERVISOR_ABORT, Actor.MACHINE, ABORT_TEXT, tables.liobn(table), 0, 0);
            requireAlive();
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
        boolean limited = state.get(LIMITED + phb.index()) != 0;
        return limited ? Math.max(1L << 32, 1L << windowShift) : rules.busAddress64();
    }

    /** LoPAR 7.3.33: LIOBN; 1 result. With the last window gone the default one comes back. */
    private void remove(long block) {
        long liobn = argument(block, 0);
        int table = tables.inUse(liobn);
        if (arguments(block) != 1 || results(block) != 1 || table < 0) {
            answer(block, Papr.RTAS_PARAMETER, liobn, 0);
            return;
        }
        Phb phb = tables.phbs().get(table / Phb.WINDOWS);
        tables.disable(table);
        if (active(phb) == 0 && !tables.isDefault(table)) {
            resetWindows(phb);
        }
        answer(block, Papr.RTAS_SUCCESS, liobn, 0);
    }

    /** LoPAR 7.3.34: configuration address, unit id high and low, and 1 for limited addresses; 1 result. */
    private void resetPe(long block) {
        Phb phb = phb(block);
        boolean four = arguments(block) == 4 && rules.limitedAddressMode();
        if (arguments(block) != 3 && !four || results(block) != 1 || phb == null) {
            answer(block, Papr.RTAS_PARAMETER, 0, 0);
            return;
        }
        boolean limited = four && argument(block, 3) == 1;
        state.set(LIMITED + phb.index(), limited ? 1 : 0);
        resetWindows(phb);
        answer(block, Papr.RTAS_SUCCESS, phb.buid(), limited ? 1 : 0);
    }

    private void resetWindows(Phb phb) {
        int first = phb.index() * Phb.WINDOWS;
        for (int table = first; table < first + Phb.WINDOWS; table++) {
            if (tables.entries(table) != 0) {
                tables.disable(table);
            }
        }
        attach(first, 1);
        tables.enable(first, DEFAULT_PAGE_SHIFT, phb.defaultAddress(), phb.defaultBytes() >>> DEFAULT_PAGE_SHIFT);
        tables.markDefault(first, true);
    }

    /** LoPAR 7.3.5.3: indicator, index, state; 1 result. */
    private void setIndicator(long block) {
        long indicator = argument(block, 0);
        long lmb = argument(block, 1) - LMB_DRC;
        long value = argument(block, 2);
        long start = lmb * rules.lmbBytes();
        boolean known = lmb >= 0 && start >>> MachineMemory.ADDRESS_BITS == 0;
        if (arguments(block) != 3 || results(block) != 1 || !known
                || indicator != ALLOCATION_STATE && indicator != ISOLATION_STATE) {
            answer(block, Papr.RTAS_PARAMETER, argument(block, 1), value);
            return;
        }
        if (indicator == ALLOCATION_STATE) {
            memory.assign(start, rules.lmbBytes(), value != 0);
        }
        answer(block, Papr.RTAS_SUCCESS, argument(block, 1), value);
    }

    private int freeTable(Phb phb) {
        int first = phb.index() * Phb.WINDOWS;
        for (int table = first; table < first + Phb.WINDOWS; table++) {
            if (tables.entries(table) == 0) {
                return table;
            }
        }
        return -1;
    }

    private long active(Phb phb) {
        long active = 0;
        for (int table = phb.index() * Phb.WINDOWS; table < (phb.index() + 1) * Phb.WINDOWS; table++) {
            active += tables.entries(table) != 0 ? 1 : 0;
        }
        return active;
    }

    /** The bridge that the second and third argument name; null if there is none. */
    private Phb phb(long block) {
        long buid = argument(block, 1) << 32 | argument(block, 2);
        for (Phb phb : tables.phbs()) {
            if (phb.buid() == buid) {
                return phb;
            }
        }
        return null;
    }

    private void answer(long block, long status, long x, long y) {
        long token = cell(block, 0);
        setResult(block, 0, status);
        emitter.emit(HardwareEvent.RTAS, Actor.MACHINE, token, status, x, y);
        if (status < 0 && status != Papr.RTAS_BUSY) {
            emitter.emit(EventKind.COMMAND_REFUSED, Actor.MACHINE, token, status, 0, 0);
        }
    }

    private long arguments(long block) {
        return cell(block, 1);
    }

    private long results(long block) {
        return cell(block, 2);
    }

    private long argument(long block, int index) {
        return cell(block, 3 + index);
    }

    private void setResult(long block, int index, long value) {
        long address = block + 4 * (3 + arguments(block) + index);
        if (memory.isPresent(address)) {
            memory.store(address, 4, Endian.BIG.swap(value & 0xffffffffL, 4));
        }
    }

    private long cell(long block, int index) {
        long address = block + 4L * index;
        return memory.isPresent(address) ? Endian.BIG.swap(memory.load(address, 4), 4) : 0;
    }
}
