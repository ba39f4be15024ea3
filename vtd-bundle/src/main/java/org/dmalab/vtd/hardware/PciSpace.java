package org.dmalab.vtd.hardware;

import org.dmalab.api.port.PciConfig;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/** Configuration space of the machine's two devices, the RAID controller and a network card; no other is there. */
public final class PciSpace implements PciConfig {
    /** Source-id of the RAID controller: 02:00.0. */
    public static final int CONTROLLER = 0x0200;
    /** Source-id of the network card: 00:05.0. */
    public static final int NETWORK = 0x0028;
    /** Command register. */
    public static final int COMMAND = 0x04;
    /** First base address register. */
    public static final int BAR0 = 0x10;
    private static final int ID = 0;
    private static final long CONTROLLER_ID = 0x323b103cL;
    private static final long NETWORK_ID = 0x100e8086L;
    private static final int BYTES = 256;
    private final Region cells;

    /** Declares configuration space in a store. */
    public PciSpace(Store store, long controllerBase) {
        cells = store.dense("pci", 2 * BYTES / 8, Region.Kind.STATE,
                cell -> "configuration " + (cell < BYTES / 8 ? "02:00.0" : "00:05.0") + " +" + cell % (BYTES / 8) * 8);
        cells.store(ID, 4, CONTROLLER_ID);
        cells.store(BAR0, 4, controllerBase);
        cells.store(BYTES + ID, 4, NETWORK_ID);
    }

    /** Tells whether a device is there. */
    public static boolean present(long sourceId) {
        return sourceId == CONTROLLER || sourceId == NETWORK;
    }

    @Override
    public long read(long sourceId, int offset, int widthBytes) {
        if (!present(sourceId) || offset < 0 || offset + widthBytes > BYTES) {
            return widthBytes == 8 ? -1L : (1L << 8 * widthBytes) - 1;
        }
        return cells.load(base(sourceId) + offset, widthBytes);
    }

    @Override
    public void write(long sourceId, int offset, int widthBytes, long value) {
        if (present(sourceId) && offset == COMMAND && widthBytes == 2) {
            cells.store(base(sourceId) + offset, widthBytes, value & 0x7);
        }
    }

    private static long base(long sourceId) {
        return sourceId == CONTROLLER ? 0 : BYTES;
    }
}
