package org.dmalab.vtd.hardware;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.dmalab.api.event.Emitter;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.store.Store;
import org.dmalab.vtd.spec.Ccmd;
import org.dmalab.vtd.spec.Descriptor;
import org.dmalab.vtd.spec.Iva;

/**
 * What a device's next read sees after tables were changed in memory and the unit's caches were flushed in one way or
 * another. Each cell is computed: a unit is made, a DMA warms its caches with domain-id 5, the change is made, the
 * flush is done, the device reads.
 *
 * <p>The flushes and changes are those of a table measured on QEMU 7.2.22, in its order and with its names.
 */
public final class FlushMatrix {
    private static final int OLD = 5;
    private static final int NEW = 9;
    private static final int SID = 0x18;
    private static final int OTHER_SID = 0x20;
    private static final long IOVA = 0xfffff000L;
    private static final int GLOBAL = 1;
    private static final int DOMAIN = 2;
    private static final int SELECTIVE = 3;
    /** CAP and ECAP of QEMU 7.2 with {@code -device intel-iommu,intremap=off}. */
    private static final Capabilities MEASURED = new Capabilities(0x00d2008c22260206L, 0xf42);

    private static final List<Flush> FLUSHES = List.of(
            new Flush("no flush", unit -> { }),
            new Flush("CC dev(did=OLD,sid)", unit -> unit.contexts(SELECTIVE, OLD, SID)),
            new Flush("CC dev(did=NEW,sid)", unit -> unit.contexts(SELECTIVE, NEW, SID)),
            new Flush("CC dev(did=OLD,wrong sid 0x20)", unit -> unit.contexts(SELECTIVE, OLD, OTHER_SID)),
            new Flush("CC domain(OLD)", unit -> unit.contexts(DOMAIN, OLD, 0)),
            new Flush("CC domain(NEW)", unit -> unit.contexts(DOMAIN, NEW, 0)),
            new Flush("CC global", unit -> unit.contexts(GLOBAL, 0, 0)),
            new Flush("IOTLB DSI(NEW)", unit -> unit.iotlb(DOMAIN, NEW, 0)),
            new Flush("IOTLB DSI(OLD)", unit -> unit.iotlb(DOMAIN, OLD, 0)),
            new Flush("IOTLB DSI(0)", unit -> unit.iotlb(DOMAIN, 0, 0)),
            new Flush("IOTLB PSI(NEW,iova,am0)", unit -> unit.iotlb(SELECTIVE, NEW, IOVA)),
            new Flush("IOTLB PSI(OLD,iova,am0)", unit -> unit.iotlb(SELECTIVE, OLD, IOVA)),
            new Flush("IOTLB PSI(OLD,iova-0x1000,am0)", unit -> unit.iotlb(SELECTIVE, OLD, IOVA - 0x1000)),
            new Flush("IOTLB PSI(OLD,iova&~7fff,am3)", unit -> unit.iotlb(SELECTIVE, OLD, (IOVA & ~0x7fffL) | 3)),
            new Flush("IOTLB global", unit -> unit.iotlb(GLOBAL, 0, 0)),
            new Flush("CC dev(OLD) + DSI(NEW)", unit -> unit.both(SELECTIVE, OLD, SID, NEW)),
            new Flush("CC dev(did0,sid) + DSI(NEW) [old kernel, CM=1]", unit -> unit.both(SELECTIVE, 0, SID, NEW)),
            new Flush("CC dev(OLD) + DSI(OLD)   [the v2 fix]", unit -> unit.both(SELECTIVE, OLD, SID, OLD)),
            new Flush("CC dev(NEW) + DSI(OLD)", unit -> unit.both(SELECTIVE, NEW, SID, OLD)),
            new Flush("CC dom(OLD) + DSI(OLD)", unit -> unit.both(DOMAIN, OLD, 0, OLD)),
            new Flush("CC dom(NEW) + DSI(NEW)", unit -> unit.both(DOMAIN, NEW, 0, NEW)),
            new Flush("CC dom(NEW) + DSI(OLD)", unit -> unit.both(DOMAIN, NEW, 0, OLD)),
            new Flush("CC dev(OLD,wrong sid 0x20) + DSI(OLD)", unit -> unit.both(SELECTIVE, OLD, OTHER_SID, OLD)),
            new Flush("DSI(OLD) then CC dev(OLD)  [order swapped]", unit -> {
                unit.iotlb(DOMAIN, OLD, 0);
                unit.contexts(SELECTIVE, OLD, SID);
            }),
            new Flush("DSI(OLD), in-flight DMA, CC dev(OLD)", unit -> {
                unit.iotlb(DOMAIN, OLD, 0);
                unit.inFlight();
                unit.contexts(SELECTIVE, OLD, SID);
            }),
            new Flush("CC dev(OLD), in-flight DMA, DSI(OLD)", unit -> {
                unit.contexts(SELECTIVE, OLD, SID);
                unit.inFlight();
                unit.iotlb(DOMAIN, OLD, 0);
            }),
            new Flush("CC dev(OLD), in-flight DMA, DSI(NEW)", unit -> {
                unit.contexts(SELECTIVE, OLD, SID);
                unit.inFlight();
                unit.iotlb(DOMAIN, NEW, 0);
            }),
            new Flush("CC dev(OLD) + DSI(OLD), in-flight DMA after", unit -> {
                unit.both(SELECTIVE, OLD, SID, OLD);
                unit.inFlight();
            }),
            new Flush("CC global + IOTLB global", unit -> {
                unit.contexts(GLOBAL, 0, 0);
                unit.iotlb(GLOBAL, 0, 0);
            }),
            new Flush("GCMD.SRTP only (same root)", unit -> unit.command(Reg.SRTP, 0)),
            new Flush("GCMD.TE off/on", unit -> {
                unit.command(0, Reg.TE);
                unit.command(Reg.TE, 0);
            }),
            new Flush("WBF", unit -> unit.command(Reg.WBF, 0)),
            // The bit is the device's; the unit does not see it.
            new Flush("device bus-master off/on", unit -> { }));

    private FlushMatrix() { }

    /** A change of the tables in memory, after the caches were warmed. */
    public enum Change {
        /** Context entry switched to another domain-id and tables; the old PTE read-write. */
        CONTEXT("ctx"),
        /** The same; the old PTE write-only, and warmed by a write. */
        CONTEXT_WRITE_ONLY("ctxWO"),
        /** PTE from one page to another, both read-write. */
        PAGE("pte"),
        /** PTE from one page write-only, warmed by a write, to another page read-write. */
        PAGE_WRITE_ONLY("pteWO"),
        /** PTE from zero, warmed by a read that faults, to a page read-write. */
        PAGE_NOT_PRESENT("pteNP"),
        /** PTE from read-write to write-only, the same page. */
        PERMISSION("ptePerm");

        private final String label;

        Change(String label) {
            this.label = label;
        }

        /** The short name, as printed. */
        public String label() {
            return label;
        }
    }

    /**
     * One row.
     *
     * @param flush what was done after the change
     * @param outcomes one a change, in their order: {@code OLD} or {@code NEW} page read; {@code F} and the fault
     *     reason in hexadecimal, as recorded; {@code silent0}: nothing was read and nothing recorded
     */
    public record Row(String flush, List<String> outcomes) {
        /** The outcome for one change. */
        public String outcome(Change change) {
            return outcomes.get(change.ordinal());
        }
    }

    private record Flush(String name, Steps steps) { }

    private interface Steps {
        void run(Bed bed);
    }

    /** All rows by register-based invalidation, on a unit with QEMU 7.2's capabilities. */
    public static List<Row> compute(UnitProfile profile) {
        return compute(profile, MEASURED, false);
    }

    /**
     * All rows.
     *
     * @param profile how the unit behaves
     * @param capabilities what it can do; must have a width of 39 or 48 bits
     * @param queued whether the flushes are descriptors of the invalidation queue
     */
    public static List<Row> compute(UnitProfile profile, Capabilities capabilities, boolean queued) {
        List<Row> rows = new ArrayList<>();
        for (Flush flush : FLUSHES) {
            List<String> outcomes = new ArrayList<>();
            for (Change change : Change.values()) {
                Bed bed = new Bed(profile, capabilities, queued);
                bed.warm(change);
                bed.change(change);
                flush.steps().run(bed);
                outcomes.add(bed.read());
            }
            rows.add(new Row(flush.name(), List.copyOf(outcomes)));
        }
        return rows;
    }

    /** One unit with two sets of tables that map one page. */
    private static final class Bed {
        private static final long ROOT = 0x100000;
        private static final long CONTEXT_TABLE = 0x101000;
        private static final long OLD_TABLES = 0x110000;
        private static final long NEW_TABLES = 0x120000;
        private static final long QUEUE = 0x130000;
        private static final long OLD_PAGE = 0x200000;
        private static final long NEW_PAGE = 0x201000;
        private static final long OLD_DATA = 0xaaaaaaaaaaaaaaaaL;
        private static final long NEW_DATA = 0xbbbbbbbbbbbbbbbbL;
        private static final int READ_WRITE = 3;
        private static final int WRITE_ONLY = 2;
        private static final int DESCRIPTOR_BYTES = 16;
        private final MachineMemory memory;
        private final RemappingUnit unit;
        private final DmaPath dma;
        private final boolean queued;
        private final int levels;

        Bed(UnitProfile profile, Capabilities capabilities, boolean queued) {
            Store store = new Store();
            Emitter emitter = new Emitter();
            this.memory = new MachineMemory(store, emitter, 1L << 26);
            this.unit = new RemappingUnit(store, memory, emitter, capabilities, profile, 39, (address, data) -> { });
            this.dma = new DmaPath(unit, memory, emitter, (address, data) -> { });
            this.queued = queued;
            this.levels = (capabilities.supportedWidths() & 4) != 0 ? 4 : 3;
            memory.put(ROOT, 8, CONTEXT_TABLE | 1);
            unit.write(Reg.RTADDR, 8, ROOT);
            command(Reg.SRTP, 0);
            if (queued) {
                unit.write(Reg.IQA, 8, QUEUE);
                command(Reg.QIE, 0);
            }
            contexts(GLOBAL, 0, 0);
            iotlb(GLOBAL, 0, 0);
            command(Reg.TE, 0);
        }

        /** The first domain, and a DMA that brings it into the caches. */
        void warm(Change change) {
            boolean writes = change == Change.CONTEXT_WRITE_ONLY || change == Change.PAGE_WRITE_ONLY;
            boolean absent = change == Change.PAGE_NOT_PRESENT;
            long page = OLD_PAGE | (writes ? WRITE_ONLY : READ_WRITE);
            map(OLD_TABLES, absent ? 0 : page);
            map(NEW_TABLES, NEW_PAGE | READ_WRITE);
            context(OLD, OLD_TABLES);
            if (writes) {
                dma.write(SID, IOVA, 8, 0);
            } else {
                dma.read(SID, IOVA, 8);
            }
            clearFaults();
            memory.put(OLD_PAGE, 8, OLD_DATA);
            memory.put(NEW_PAGE, 8, NEW_DATA);
        }

        void change(Change change) {
            switch (change) {
                case CONTEXT, CONTEXT_WRITE_ONLY -> context(NEW, NEW_TABLES);
                case PAGE, PAGE_WRITE_ONLY, PAGE_NOT_PRESENT -> map(OLD_TABLES, NEW_PAGE | READ_WRITE);
                default -> map(OLD_TABLES, OLD_PAGE | WRITE_ONLY);
            }
        }

        private void context(int domain, long tables) {
            memory.put(CONTEXT_TABLE + SID * 16L + 8, 8, (long) domain << 8 | levels - 2);
            memory.put(CONTEXT_TABLE + SID * 16L, 8, tables | 1);
        }

        /** One table a level, one page after the other. */
        private void map(long tables, long leaf) {
            long table = tables;
            for (int level = levels; level >= 1; level--) {
                long entry = table + (IOVA >>> (12 + 9 * (level - 1)) & 0x1ff) * 8;
                table += 0x1000;
                memory.put(entry, 8, level == 1 ? leaf : table | READ_WRITE);
            }
        }

        /** The device goes on with what it did before: it writes, beside what will be read. */
        void inFlight() {
            dma.write(SID, IOVA + 16, 8, 0);
            clearFaults();
        }

        String read() {
            DmaMaster.Access access = dma.read(SID, IOVA, 8);
            long record = unit.peek(unit.capabilities().faultOffset() + 8, 8);
            if (record < 0) {
                return "F" + Long.toHexString(record >>> 32 & 0xff).toUpperCase(Locale.ROOT);
            }
            if (access.outcome() != DmaMaster.Outcome.OK) {
                return "silent0";
            }
            if (access.value() == OLD_DATA) {
                return "OLD";
            }
            return access.value() == NEW_DATA ? "NEW" : "0x" + Long.toHexString(access.value());
        }

        private void clearFaults() {
            for (int i = 0; i < unit.capabilities().faultCount(); i++) {
                unit.write(unit.capabilities().faultOffset() + 16 * i + 12, 4, 1L << 31);
            }
            unit.write(Reg.FSTS, 4, 0xff);
        }

        void command(long set, long clear) {
            unit.write(Reg.GCMD, 4, (unit.peek(Reg.GSTS, 4) & Reg.PERSISTENT & ~clear) | set);
        }

        void contexts(int scope, int domain, int sourceId) {
            if (queued) {
                submit(Descriptor.CONTEXT_CACHE | Descriptor.G.of(scope) | Descriptor.DID.of(domain)
                        | Descriptor.SID.of(sourceId), 0);
            } else {
                unit.write(Reg.CCMD, 8, Ccmd.ICC.of(1) | Ccmd.CIRG.of(scope) | Ccmd.SID.of(sourceId)
                        | Ccmd.DID.of(domain));
            }
        }

        void iotlb(int scope, int domain, long addressAndMask) {
            if (queued) {
                submit(Descriptor.IOTLB | Descriptor.G.of(scope) | Descriptor.DRAIN.mask() | Descriptor.DID.of(domain),
                        addressAndMask);
            } else {
                int offset = unit.capabilities().iotlbOffset();
                unit.write(offset, 8, addressAndMask);
                unit.write(offset + 8, 8, Iva.IVT.of(1) | Iva.IIRG.of(scope) | Iva.DR.of(1) | Iva.DW.of(1)
                        | Iva.DID.of(domain));
            }
        }

        /** A flush of contexts of one domain, then of translations of another. */
        void both(int scope, int contextDomain, int sourceId, int translationDomain) {
            contexts(scope, contextDomain, sourceId);
            iotlb(DOMAIN, translationDomain, 0);
        }

        private void submit(long low, long high) {
            long tail = unit.read(Reg.IQT, 8);
            memory.put(QUEUE + tail, 8, low);
            memory.put(QUEUE + tail + 8, 8, high);
            unit.write(Reg.IQT, 8, tail + DESCRIPTOR_BYTES);
        }
    }
}
