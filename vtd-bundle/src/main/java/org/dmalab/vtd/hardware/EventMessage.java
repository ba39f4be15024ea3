package org.dmalab.vtd.hardware;

/**
 * The message that the unit sends for an event, with its four registers: control, data, address, upper address. The
 * fault event and the invalidation completion event each have one.
 *
 * <p>Specification: Remapping Hardware Event Interrupts; Fault Event Control Register; Invalidation Event Control
 * Register.
 */
final class EventMessage {
    private static final int DATA = 4;
    private static final int ADDRESS = 8;
    private static final int UPPER_ADDRESS = 12;
    private final RegisterFile registers;
    private final int control;
    private final MessageInterrupt interrupt;

    /** With the offset of its control register; the others follow it. */
    EventMessage(RegisterFile registers, int control, MessageInterrupt interrupt) {
        this.registers = registers;
        this.control = control;
        this.interrupt = interrupt;
    }

    /** A write to the control register: IM is writable, and unmasking sends a message that was held back. */
    void control(long written) {
        long held = registers.get(control, 4) & Reg.IP;
        registers.set(control, 4, (written & Reg.IM) | held);
        if ((written & Reg.IM) == 0 && held != 0) {
            send();
        }
    }

    /** The event is there: sends its message, or holds it back while it is masked. */
    void raise() {
        if ((registers.get(control, 4) & Reg.IM) != 0) {
            registers.set(control, 4, registers.get(control, 4) | Reg.IP);
        } else {
            send();
        }
    }

    /** Software has served what the event stands for: nothing is held back any more. */
    void served() {
        registers.set(control, 4, registers.get(control, 4) & ~Reg.IP);
    }

    private void send() {
        served();
        interrupt.send(registers.get(control + UPPER_ADDRESS, 4) << 32 | registers.get(control + ADDRESS, 4),
                registers.get(control + DATA, 4));
    }
}
