package org.dmalab.vtd.hardware;

import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.vtd.spec.FaultRecord;
import org.dmalab.vtd.spec.RootTable;

/**
 * The cells of a remapping unit's registers, one page, and what a register remembers beyond what can be read. It knows
 * widths; what a write does is the matter of {@link RemappingUnit}.
 */
final class RegisterFile {
    /** Size of the register page. */
    static final int BYTES = 4096;
    private static final int NEXT_FAULT = 0;
    private static final int ROOT = 1;
    private static final int LAST_DESCRIPTOR = 2;
    private static final int QUEUE = 3;
    private static final int TIMED_OUT = 4;
    private final Region cells;
    private final Region latches;
    private final Capabilities capabilities;

    RegisterFile(Store store, UnitPlace place, Capabilities capabilities) {
        this.capabilities = capabilities;
        this.cells = store.dense(place.prefix() + "registers", BYTES / 8, Region.Kind.STATE,
                cell -> Reg.name(capabilities, cell * 8));
        this.latches = store.dense(place.prefix() + "latches", 5, Region.Kind.STATE, cell -> switch ((int) cell) {
            case NEXT_FAULT -> "next fault record";
            case ROOT -> "root table pointer in use";
            case QUEUE -> "invalidation queue in use";
            case TIMED_OUT -> "device that does not answer";
            default -> "type of the last descriptor";
        });
    }

    /** Values after power-on. */
    void reset() {
        set(Reg.VER, 4, 0x10);
        set(Reg.CAP, 8, capabilities.cap());
        set(Reg.ECAP, 8, capabilities.ecap());
        set(Reg.FECTL, 4, Reg.IM);
        set(Reg.IECTL, 4, capabilities.queuedInvalidation() ? Reg.IM : 0);
    }

    long get(int offset, int widthBytes) {
        return cells.load(offset, widthBytes);
    }

    void set(int offset, int widthBytes, long value) {
        cells.store(offset, widthBytes, value);
    }

    boolean status(long bit) {
        return ((cells.get(Reg.GSTS >> 3) >>> Integer.SIZE) & bit) != 0;
    }

    /** Width in bytes of the register that an offset lies in; 0 for a reserved offset. */
    int widthOf(int offset) {
        int base = offset & ~7;
        int iotlb = capabilities.iotlbOffset();
        int fault = base - capabilities.faultOffset();
        if (base == iotlb || base == iotlb + 8
                || (fault >= 0 && fault < capabilities.faultCount() * FaultRecord.BYTES)) {
            return 8;
        }
        return switch (base) {
            case Reg.CAP, Reg.ECAP, Reg.RTADDR, Reg.CCMD, Reg.AFLOG, Reg.PHMBASE, Reg.PHMLIMIT, Reg.IQH, Reg.IQT,
                    Reg.IQA, Reg.IQERCD, Reg.IRTA -> 8;
            default -> switch (offset & ~3) {
                case Reg.VER, Reg.GCMD, Reg.GSTS, Reg.FSTS, Reg.FECTL, Reg.FEDATA, Reg.FEADDR, Reg.FEUADDR, Reg.PMEN,
                        Reg.PLMBASE, Reg.PLMLIMIT, Reg.ICS, Reg.IECTL, Reg.IEDATA, Reg.IEADDR, Reg.IEUADDR -> 4;
                default -> 0;
            };
        };
    }

    int nextFault() {
        return (int) latches.get(NEXT_FAULT);
    }

    void nextFault(int index) {
        latches.set(NEXT_FAULT, index);
    }

    /** The root table pointer that the last SRTP made effective. */
    long root() {
        return latches.get(ROOT);
    }

    void root(long address) {
        latches.set(ROOT, address);
    }

    /** Format of the root table in use (RTADDR.TTM); without scalable mode there is only the legacy one. */
    int tableMode() {
        return capabilities.scalableMode() ? (int) RootTable.TTM.get(root()) : RootTable.LEGACY_MODE;
    }

    long lastDescriptorType() {
        return latches.get(LAST_DESCRIPTOR);
    }

    void lastDescriptorType(long type) {
        latches.set(LAST_DESCRIPTOR, type);
    }

    /** IQA as it was when the queue was enabled. */
    long queue() {
        return latches.get(QUEUE);
    }

    void queue(long value) {
        latches.set(QUEUE, value);
    }

    /** Source-id of the device that has not answered an invalidation of its device-TLB; -1 if all have. */
    int timedOut() {
        return (int) latches.get(TIMED_OUT) - 1;
    }

    void timedOut(int sourceId) {
        latches.set(TIMED_OUT, sourceId + 1L);
    }
}
