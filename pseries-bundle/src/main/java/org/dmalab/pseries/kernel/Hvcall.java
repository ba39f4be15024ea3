package org.dmalab.pseries.kernel;

/** Hypercalls and return codes as the kernel's hvcall.h names them, and the bits of a TCE. */
public final class Hvcall {
    /** H_GET_TCE. */
    public static final long H_GET_TCE = 0x1c;
    /** H_PUT_TCE. */
    public static final long H_PUT_TCE = 0x20;
    /** H_STUFF_TCE. */
    public static final long H_STUFF_TCE = 0x138;
    /** H_PUT_TCE_INDIRECT. */
    public static final long H_PUT_TCE_INDIRECT = 0x13c;
    /** H_SUCCESS. */
    public static final long H_SUCCESS = 0;
    /** H_NOT_ENOUGH_RESOURCES. */
    public static final long H_NOT_ENOUGH_RESOURCES = -44;
    /** TCE bit: a device may read. */
    public static final long TCE_PCI_READ = 1;
    /** TCE bit: a device may write. */
    public static final long TCE_PCI_WRITE = 2;
    /** Most TCEs of one hypercall: a page of 4 KiB. */
    public static final long MAX_TCES = 512;

    private Hvcall() { }
}
