package org.dmalab.vtd.hardware;

import org.dmalab.api.port.Registers;

/** Finds the device behind a register address. */
public final class RegisterBus implements Registers {
    private final RemappingUnit unit;
    private final long unitBase;
    private final SmartArray controller;
    private final long controllerBase;
    private final DmaStream stream;
    private final Doorbells doorbells;

    /** Puts a remapping unit and devices on the bus; DMA in flight goes on at each write to the unit. */
    public RegisterBus(RemappingUnit unit, long unitBase, SmartArray controller, long controllerBase,
            DmaStream stream, Doorbells doorbells) {
        this.unit = unit;
        this.unitBase = unitBase;
        this.controller = controller;
        this.controllerBase = controllerBase;
        this.stream = stream;
        this.doorbells = doorbells;
    }

    @Override
    public long read(long address, int widthBytes) {
        if (in(address, unitBase, RegisterFile.BYTES)) {
            return unit.read((int) (address - unitBase), widthBytes);
        }
        if (in(address, controllerBase, SmartArray.BYTES)) {
            return controller.read((int) (address - controllerBase), widthBytes);
        }
        return widthBytes == 8 ? -1L : (1L << (8 * widthBytes)) - 1;
    }

    @Override
    public void write(long address, int widthBytes, long value) {
        if (in(address, unitBase, RegisterFile.BYTES)) {
            unit.write((int) (address - unitBase), widthBytes, value);
            stream.step();
        } else if (in(address, controllerBase, SmartArray.BYTES)) {
            controller.write((int) (address - controllerBase), widthBytes, value);
        } else if (in(address, Doorbells.BASE, Doorbells.BYTES)) {
            doorbells.write((int) (address - Doorbells.BASE), widthBytes, value);
        }
    }

    private static boolean in(long address, long base, int bytes) {
        return address >= base && address < base + bytes;
    }
}
