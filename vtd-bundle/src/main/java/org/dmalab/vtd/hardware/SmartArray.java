package org.dmalab.vtd.hardware;

import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * A Smart Array RAID controller (P420i) as far as its kdump reset goes: doorbell reset, firmware ready, the no-op
 * message. It fetches a command by DMA and answers with the command's tag.
 *
 * <p>A reset makes it quiet and forgets its commands, and what it was told of addresses (ATS); the remapping unit does
 * not notice.
 */
public final class SmartArray {
    /** Size of its register space. */
    public static final int BYTES = 0x1000;
    /** Doorbell, 32 bits. */
    public static final int DOORBELL = 0x20;
    /** Request port, 32 bits: bus address of a command. */
    public static final int REQUEST_PORT = 0x40;
    /** Reply port, 32 bits: tag of a completed command, all ones if there is none. */
    public static final int REPLY_PORT = 0x44;
    /** Scratchpad, 32 bits: {@link #FIRMWARE_READY} when its firmware runs. */
    public static final int SCRATCHPAD = 0xb0;
    /** First byte of the driver version in its configuration table: the firmware clears it in a reset. */
    public static final int DRIVER_VERSION = 0x400;
    /** Bytes of the driver version. */
    public static final int DRIVER_VERSION_BYTES = 32;
    /** Doorbell: hard reset (DOORBELL_RESET2). */
    public static final long DOORBELL_RESET = 0x20;
    /** Scratchpad: ready. */
    public static final long FIRMWARE_READY = 0xffff0000L;
    private static final long NO_REPLY = 0xffffffffL;
    private static final int COMMAND_WORDS = 8;
    private static final int TAG_WORD = 0;
    private static final int REQUEST_WORD = 2;
    private static final int CDB_WORD = 3;
    private static final int CDB_BYTES = 16;
    private static final int NO_OP = 3;

    private static final int READY = 0;
    private static final int RESETTING = 1;
    private static final int REQUEST = 2;
    private static final int REPLY = 3;
    private static final int VERSION = 4;
    private static final String[] NAMES = {"firmware ready", "reset going on", "request port", "reply port"};
    private final Region cells;
    private final long sourceId;
    private final DmaMaster dma;
    private final PciSpace config;

    /** Declares a controller in a store. */
    public SmartArray(Store store, long sourceId, DmaMaster dma, PciSpace config) {
        this.cells = store.dense("hpsa", VERSION + DRIVER_VERSION_BYTES / 8, Region.Kind.STATE,
                cell -> cell < NAMES.length ? "hpsa " + NAMES[(int) cell] : "hpsa driver version");
        this.sourceId = sourceId;
        this.dma = dma;
        this.config = config;
        cells.set(READY, 1);
    }

    /** A processor reads a register. */
    public long read(int offset, int widthBytes) {
        if (inVersion(offset, widthBytes)) {
            return cells.load(8L * VERSION + offset - DRIVER_VERSION, widthBytes);
        }
        return switch (offset) {
            case SCRATCHPAD -> cells.get(READY) == 0 ? 0 : FIRMWARE_READY;
            case REPLY_PORT -> {
                long reply = cells.get(REPLY);
                cells.set(REPLY, 0);
                yield reply == 0 ? NO_REPLY : reply - 1;
            }
            default -> 0;
        };
    }

    /** A processor writes a register. */
    public void write(int offset, int widthBytes, long value) {
        if (inVersion(offset, widthBytes)) {
            cells.store(8L * VERSION + offset - DRIVER_VERSION, widthBytes, value);
        } else if (offset == DOORBELL && (value & DOORBELL_RESET) != 0) {
            reset();
        } else if (offset == REQUEST_PORT && cells.get(READY) != 0) {
            cells.set(REQUEST, (value & NO_REPLY) + 1);
        }
    }

    /** Resets it: its commands are gone, its firmware starts again. */
    public void reset() {
        cells.set(READY, 0);
        cells.set(REQUEST, 0);
        cells.set(REPLY, 0);
        cells.set(RESETTING, 1);
        config.reset(sourceId);
    }

    /** Takes one step by itself: ends a reset, or executes a command; false if there is nothing to do. */
    public boolean step() {
        if (cells.get(RESETTING) != 0) {
            cells.set(RESETTING, 0);
            cells.set(READY, 1);
            for (int i = 0; i < DRIVER_VERSION_BYTES / 8; i++) {
                cells.set(VERSION + i, 0);
            }
            return true;
        }
        long request = cells.get(REQUEST);
        if (request == 0) {
            return false;
        }
        cells.set(REQUEST, 0);
        execute(request - 1);
        return true;
    }

    /** Fetches the command; one whose fetch fails, or that is no no-op message, is never answered. */
    private void execute(long busAddress) {
        long tag = 0;
        boolean noOp = true;
        for (int word = 0; word < COMMAND_WORDS; word++) {
            DmaMaster.Access access = dma.read(sourceId, busAddress + word * 8L, 8);
            if (access.outcome() != DmaMaster.Outcome.OK) {
                return;
            }
            switch (word) {
                case TAG_WORD -> tag = access.value() >>> 32;
                case REQUEST_WORD -> noOp &= (access.value() >>> 32 & 0xff) == CDB_BYTES;
                case CDB_WORD -> noOp &= (access.value() & 0xff) == NO_OP;
                default -> { }
            }
        }
        if (noOp) {
            cells.set(REPLY, tag + 1);
        }
    }

    private static boolean inVersion(int offset, int widthBytes) {
        return offset >= DRIVER_VERSION && offset + widthBytes <= DRIVER_VERSION + DRIVER_VERSION_BYTES;
    }
}
