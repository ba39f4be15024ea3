package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.port.PciConfig;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/** Configuration space of the machine's devices: RAID controller, network card, USB controller; no other is there. */
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
    private static final long CONTROLLER_ID = 0x323b103cL;
    private static final long NETWORK_ID = 0x100e8086L;
    private static final long USB_ID = 0x7f6e8086L;
    private static final int[] DEVICES = {CONTROLLER, NETWORK, USB};
    private static final int BYTES = 4096;
    private static final int ATS = 0x100;
    private static final long ATS_HEADER = 0x1000f;
    private static final long ATS_PAGE_ALIGNED = 1 << 5;
    private static final int ATS_CONTROL = ATS + 6;
    private static final long ATS_ENABLE = 1 << 15;
    private final Region cells;
    private final DeviceTlbs tlbs;

    /**
     * Declares configuration space in a store.
     *
     * @param store the machine's
     * @param controllerBase where the RAID controller's registers are
     * @param tlbs the TLBs that devices get when ATS is enabled in them
     * @param ats whether RAID controller and network card have the ATS capability
     */
    public PciSpace(Store store, long controllerBase, DeviceTlbs tlbs, boolean ats) {
        this.tlbs = tlbs;
        cells = store.dense("pci", DEVICES.length * BYTES / 8, Region.Kind.STATE, cell -> "configuration "
                + Actor.bdf(DEVICES[(int) cell / (BYTES / 8)]) + " +" + cell % (BYTES / 8) * 8);
        cells.store(base(CONTROLLER) + ID, 4, CONTROLLER_ID);
        cells.store(base(CONTROLLER) + BAR0, 4, controllerBase);
        cells.store(base(NETWORK) + ID, 4, NETWORK_ID);
        cells.store(base(USB) + ID, 4, USB_ID);
        for (int device : DEVICES) {
            cells.store(base(device) + BAR1, 4, Doorbells.of(device));
        }
        for (int device : ats ? new int[] {CONTROLLER, NETWORK} : new int[0]) {
            cells.store(base(device) + ATS, 4, ATS_HEADER);
            cells.store(base(device) + ATS + 4, 2, ATS_PAGE_ALIGNED);
        }
    }

    /** Tells whether a device is there. */
    public static boolean present(long sourceId) {
        return base(sourceId) >= 0;
    }

    @Override
    public long read(long sourceId, int offset, int widthBytes) {
        if (!present(sourceId) || offset < 0 || offset + widthBytes > BYTES) {
            return widthBytes == 8 ? -1L : (1L << (8 * widthBytes)) - 1;
        }
        return cells.load(base(sourceId) + offset, widthBytes);
    }

    @Override
    public void write(long sourceId, int offset, int widthBytes, long value) {
        if (present(sourceId) && offset == COMMAND && widthBytes == 2) {
            cells.store(base(sourceId) + offset, widthBytes, value & 0x7);
        } else if (present(sourceId) && offset == ATS_CONTROL && widthBytes == 2
                && cells.load(base(sourceId) + ATS, 4) == ATS_HEADER) {
            cells.store(base(sourceId) + offset, widthBytes, value & (ATS_ENABLE | 0x1f));
            tlbs.enable((int) sourceId, (value & ATS_ENABLE) != 0);
        }
    }

    /** A device is reset: ATS is off, and its TLB empty. What else a reset clears its driver restores at once. */
    void reset(long sourceId) {
        write(sourceId, ATS_CONTROL, 2, 0);
    }

    /** First byte of a device's space; negative if it is not there. */
    private static long base(long sourceId) {
        int device = DEVICES.length - 1;
        while (device >= 0 && DEVICES[device] != sourceId) {
            device--;
        }
        return (long) device * BYTES;
    }
}
