package org.dmalab.vtd.hardware;

import org.dmalab.api.port.Registers;

/** Finds the device behind a register address. */
public final class RegisterBus implements Registers {
    private final Units units;
    private final SmartArray controller;
    private final long controllerBase;
    private final DmaStream stream;
    private final Doorbells doorbells;

    /** Puts remapping units and devices on the bus; DMA in flight goes on at each write to a unit. */
    public RegisterBus(Units units, SmartArray controller, long controllerBase, DmaStream stream,
            Doorbells doorbells) {
        this.units = units;
        this.controller = controller;
        this.controllerBase = controllerBase;
        this.stream = stream;
        this.doorbells = doorbells;
    }

    @Override
    public long read(long address, int widthBytes) {
        Units.Unit unit = units.at(address);
        if (unit != null) {
            return unit.unit().read((int) (address - unit.base()), widthBytes);
        }
        if (in(address, controllerBase, SmartArray.BYTES)) {
            return controller.read((int) (address - controllerBase), widthBytes);
        }
        return widthBytes == 8 ? -1L : (1L << (8 * widthBytes)) - 1;
    }

    @Override
    public void write(long address, int widthBytes, long value) {
        Units.Unit unit = units.at(address);
        if (unit != null) {
            unit.unit().write((int) (address - unit.base()), widthBytes, value);
            stream.step();
        } else if (in(address, controllerBase, SmartArray.BYTES)) {
            controller.write((int) (address - controllerBase), widthBytes, value);
        } else if (in(address, Doorbells.BASE, doorbells.sizeBytes())) {
            doorbells.write((int) (address - Doorbells.BASE), widthBytes, value);
        }
    }

    private static boolean in(long address, long base, int bytes) {
        return address >= base && address < base + bytes;
    }
}
