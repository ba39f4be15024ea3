package org.dmalab.vtd.spec;

/** Fault reasons of DMA remapping by their numbers. Specification: Fault Conditions. */
public enum FaultReason {
    /** The present bit of a root entry is clear. */
    ROOT_NOT_PRESENT(0x01, false),
    /** The present bit of a context entry is clear. */
    CONTEXT_NOT_PRESENT(0x02, true),
    /** A context entry with a translation type or width that the unit has not, or its table is unreadable. */
    CONTEXT_INVALID(0x03, true),
    /** An address beyond what the width lets through. */
    BEYOND_WIDTH(0x04, true),
    /** No write permission. */
    NO_WRITE(0x05, true),
    /** No read permission. */
    NO_READ(0x06, true),
    /** A second-level table is unreadable. */
    TABLE_UNREADABLE(0x07, true),
    /** The root table is unreadable. */
    ROOT_UNREADABLE(0x08, false),
    /** A context table is unreadable. */
    CONTEXT_UNREADABLE(0x09, false),
    /** A reserved bit of a root entry is set. */
    ROOT_RESERVED(0x0a, false),
    /** A reserved bit of a context entry is set; units differ in whether FPD counts. */
    CONTEXT_RESERVED(0x0b, false),
    /** A reserved bit of a second-level entry is set. */
    TABLE_RESERVED(0x0c, true),
    /** A translation or translated request, which the context entry does not let through. */
    BLOCKED(0x0d, true),
    /** A second-level entry leads to the interrupt address range. */
    INTERRUPT_RANGE(0x0e, true),
    /** The format of the tables is reserved. */
    TABLE_MODE(0x30, false),
    /** The root table is unreadable. */
    SCALABLE_ROOT_UNREADABLE(0x38, false),
    /** The present bit of a root entry is clear. */
    SCALABLE_ROOT_NOT_PRESENT(0x39, false),
    /** A reserved bit of a root entry is set. */
    SCALABLE_ROOT_RESERVED(0x3a, false),
    /** A context table is unreadable. */
    SCALABLE_CONTEXT_UNREADABLE(0x40, false),
    /** The present bit of a context entry is clear. */
    SCALABLE_CONTEXT_NOT_PRESENT(0x41, true),
    /** A reserved bit of a context entry is set. */
    SCALABLE_CONTEXT_RESERVED(0x42, true),
    /** A context entry enables what the unit has not. */
    SCALABLE_CONTEXT_INVALID(0x43, true),
    /** A translation or translated request, which the context entry does not let through. */
    SCALABLE_BLOCKED(0x44, true),
    /** RID_PASID is beyond the PASID directory. */
    RID_PASID_INVALID(0x48, true),
    /** The PASID directory is unreadable. */
    DIRECTORY_UNREADABLE(0x50, true),
    /** The present bit of a PASID directory entry is clear. */
    DIRECTORY_NOT_PRESENT(0x51, true),
    /** A reserved bit of a PASID directory entry is set. */
    DIRECTORY_RESERVED(0x52, true),
    /** A PASID table is unreadable. */
    PASID_UNREADABLE(0x58, true),
    /** The present bit of a PASID table entry is clear. */
    PASID_NOT_PRESENT(0x59, true),
    /** A reserved bit of a PASID table entry is set. */
    PASID_RESERVED(0x5a, true),
    /** A PASID table entry with a translation type or width that the unit has not. */
    PASID_INVALID(0x5b, true),
    /** A second-level table is unreadable. */
    SCALABLE_TABLE_UNREADABLE(0x78, true),
    /** No read or write permission. */
    SCALABLE_NO_PERMISSION(0x79, true),
    /** A reserved bit of a second-level entry is set. */
    SCALABLE_TABLE_RESERVED(0x7a, true),
    /** The top second-level table is unreadable. */
    SCALABLE_TOP_UNREADABLE(0x7b, true),
    /** An address beyond what the width lets through. */
    SCALABLE_BEYOND_WIDTH(0x84, true),
    /** A second-level entry leads to the interrupt address range. */
    SCALABLE_INTERRUPT_RANGE(0x87, true);

    private static final FaultReason[] BY_NUMBER = new FaultReason[0x100];

    static {
        for (FaultReason reason : values()) {
            BY_NUMBER[reason.number] = reason;
        }
    }

    private final int number;
    private final boolean qualified;

    FaultReason(int number, boolean qualified) {
        this.number = number;
        this.qualified = qualified;
    }

    /** The number that a fault recording register has. */
    public int number() {
        return number;
    }

    /** Tells whether FPD of an entry on the way suppresses it. */
    public boolean qualified() {
        return qualified;
    }

    /** The reason with a number; null if none has it. */
    public static FaultReason of(int number) {
        return BY_NUMBER[number];
    }

    /** The reason with which second-level translation in scalable mode has the same condition. */
    public FaultReason scalable() {
        return switch (this) {
            case CONTEXT_INVALID -> SCALABLE_TOP_UNREADABLE;
            case BEYOND_WIDTH -> SCALABLE_BEYOND_WIDTH;
            case NO_WRITE, NO_READ -> SCALABLE_NO_PERMISSION;
            case TABLE_UNREADABLE -> SCALABLE_TABLE_UNREADABLE;
            case TABLE_RESERVED -> SCALABLE_TABLE_RESERVED;
            case INTERRUPT_RANGE -> SCALABLE_INTERRUPT_RANGE;
            default -> this;
        };
    }
}
