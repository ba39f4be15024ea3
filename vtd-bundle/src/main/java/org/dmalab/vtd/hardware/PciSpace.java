package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.port.PciConfig;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/** Configuration space of the machine's functions; no other is there. */
public final class PciSpace implements PciConfig {
    /** Source-id of the RAID controller: 02:00.0. */
    public static final int CONTROLLER = 0x0200;
    /** Source-id of the network card: 00:05.0. */
    public static final int NETWORK = 0x0028;
    /** Source-id of the USB controller: 80:14.0, in the upper half of a bus on which nothing else is. */
    public static final int USB = 0x80a0;
    /** Command register. */
    public static final int COMMAND = 0x04;
    /** First base address register. */
    public static final int BAR0 = 0x10;
    /** Second base address register: a page with the device's doorbell. */
    public static final int BAR1 = 0x14;
    private static final int ID = 0;
    private static final int CLASS = 0x08;
    private static final int HEADER_TYPE = 0x0e;
    private static final int PRIMARY_BUS = 0x18;
    private static final int SECONDARY_BUS = 0x19;
    private static final int SUBORDINATE_BUS = 0x1a;
    private static final long BRIDGE_CLASS = 0x06040000L;
    private static final long USB_CLASS = 0x0c033000L;
    private static final long CONTROLLER_ID = 0x323b103cL;
    private static final long NETWORK_ID = 0x100e8086L;
    private static final long USB_ID = 0x7f6e8086L;
    private static final long ENDPOINT_ID = 0x10d38086L;
    private static final long BRIDGE_ID = 0x244e8086L;
    private static final int BYTES = 4096;
    private static final int ATS = 0x100;
    private static final long ATS_HEADER = 0x1000f;
    private static final long ATS_PAGE_ALIGNED = 1 << 5;
    private static final int ATS_CONTROL = ATS + 6;
    private static final long ATS_ENABLE = 1 << 15;
    private final Region cells;
    private final PciTree tree;
    private final Units units;

    /**
     * Declares configuration space in a store.
     *
     * @param store the machine's
     * @param controllerBase where the RAID controller's registers are
     * @param tree the functions
     * @param units they have the TLBs that devices get when ATS is enabled in them
     */
    public PciSpace(Store store, long controllerBase, PciTree tree, Units units) {
        this.tree = tree;
        this.units = units;
        cells = store.dense("pci", Math.max(1, tree.devices().size()) * BYTES / 8, Region.Kind.STATE,
                cell -> "configuration " + Actor.bdf(tree.devices().get((int) cell / (BYTES / 8)).sourceId()) + " +"
                        + cell % (BYTES / 8) * 8);
        for (PciDevice device : tree.devices()) {
            long base = base(device.sourceId());
            cells.store(base + ID, 4, id(device));
            if (device.bridge()) {
                cells.store(base + CLASS, 4, BRIDGE_CLASS);
                cells.store(base + HEADER_TYPE, 1, 1);
                cells.store(base + PRIMARY_BUS, 1, device.bus() & 0xff);
                cells.store(base + SECONDARY_BUS, 1, device.firstBus());
                cells.store(base + SUBORDINATE_BUS, 1, device.lastBus());
            } else {
                cells.store(base + BAR0, 4, device.sourceId() == CONTROLLER ? controllerBase : 0);
                cells.store(base + BAR1, 4, Doorbells.of(tree, device.sourceId()));
                cells.store(base + CLASS, 4, device.sourceId() == USB ? USB_CLASS : 0);
            }
            if (device.ats()) {
                cells.store(base + ATS, 4, ATS_HEADER);
                cells.store(base + ATS + 4, 2, ATS_PAGE_ALIGNED);
            }
        }
    }

    private static long id(PciDevice device) {
        return switch (device.sourceId()) {
            case CONTROLLER -> CONTROLLER_ID;
            case NETWORK -> NETWORK_ID;
            case USB -> USB_ID;
            default -> device.bridge() ? BRIDGE_ID : ENDPOINT_ID;
        };
    }

    @Override
    public long read(long sourceId, int offset, int widthBytes) {
        long base = base(sourceId);
        if (base < 0 || offset < 0 || offset + widthBytes > BYTES) {
            return widthBytes == 8 ? -1L : (1L << (8 * widthBytes)) - 1;
        }
        return cells.load(base + offset, widthBytes);
    }

    @Override
    public void write(long sourceId, int offset, int widthBytes, long value) {
        long base = base(sourceId);
        if (base >= 0 && offset == COMMAND && widthBytes == 2) {
            cells.store(base + offset, widthBytes, value & 0x7);
        } else if (base >= 0 && offset == ATS_CONTROL && widthBytes == 2
                && cells.load(base + ATS, 4) == ATS_HEADER) {
            cells.store(base + offset, widthBytes, value & (ATS_ENABLE | 0x1f));
            RemappingUnit unit = units.of((int) sourceId);
            if (unit != null) {
                unit.deviceTlbs().enable((int) sourceId & 0xffff, (value & ATS_ENABLE) != 0);
            }
        }
    }

    /** A device is reset: ATS is off, and its TLB empty. What else a reset clears its driver restores at once. */
    void reset(long sourceId) {
        write(sourceId, ATS_CONTROL, 2, 0);
    }

    /** First byte of a function's space; negative if it is not there. */
    private long base(long sourceId) {
        int device = tree.devices().size() - 1;
        while (device >= 0 && tree.devices().get(device).sourceId() != sourceId) {
            device--;
        }
        return (long) device * BYTES;
    }
}
