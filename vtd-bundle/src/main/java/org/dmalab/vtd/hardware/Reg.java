package org.dmalab.vtd.hardware;

import org.dmalab.api.store.BitField;

/** Offsets and bits of the registers of a remapping unit. Specification: Register Descriptions. */
public final class Reg {
    /** Version, 32 bits. */
    public static final int VER = 0x00;
    /** Capability, 64 bits. */
    public static final int CAP = 0x08;
    /** Extended capability, 64 bits. */
    public static final int ECAP = 0x10;
    /** Global command, 32 bits, write only. */
    public static final int GCMD = 0x18;
    /** Global status, 32 bits. */
    public static final int GSTS = 0x1c;
    /** Root table address, 64 bits. */
    public static final int RTADDR = 0x20;
    /** Context command, 64 bits. */
    public static final int CCMD = 0x28;
    /** Fault status, 32 bits. */
    public static final int FSTS = 0x34;
    /** Fault event control, 32 bits. */
    public static final int FECTL = 0x38;
    /** Fault event data, 32 bits. */
    public static final int FEDATA = 0x3c;
    /** Fault event address, 32 bits. */
    public static final int FEADDR = 0x40;
    /** Fault event upper address, 32 bits. */
    public static final int FEUADDR = 0x44;
    /** Advanced fault log, 64 bits. */
    public static final int AFLOG = 0x58;
    /** Protected memory enable, 32 bits. */
    public static final int PMEN = 0x64;
    /** Protected low memory base, 32 bits. */
    public static final int PLMBASE = 0x68;
    /** Protected low memory limit, 32 bits. */
    public static final int PLMLIMIT = 0x6c;
    /** Protected high memory base, 64 bits. */
    public static final int PHMBASE = 0x70;
    /** Protected high memory limit, 64 bits. */
    public static final int PHMLIMIT = 0x78;
    /** Invalidation queue head, 64 bits. */
    public static final int IQH = 0x80;
    /** Invalidation queue tail, 64 bits. */
    public static final int IQT = 0x88;
    /** Invalidation queue address, 64 bits. */
    public static final int IQA = 0x90;
    /** Invalidation completion status, 32 bits. */
    public static final int ICS = 0x9c;
    /** Invalidation event control, 32 bits. */
    public static final int IECTL = 0xa0;
    /** Invalidation event data, 32 bits. */
    public static final int IEDATA = 0xa4;
    /** Invalidation event address, 32 bits. */
    public static final int IEADDR = 0xa8;
    /** Invalidation event upper address, 32 bits. */
    public static final int IEUADDR = 0xac;
    /** Invalidation queue error record, 64 bits. */
    public static final int IQERCD = 0xb0;
    /** Interrupt remapping table address, 64 bits. */
    public static final int IRTA = 0xb8;

    /** GCMD and GSTS: translation enable. */
    public static final long TE = 1L << 31;
    /** GCMD: set root table pointer; GSTS: it was set. */
    public static final long SRTP = 1L << 30;
    /** GCMD: set fault log. */
    public static final long SFL = 1L << 29;
    /** GCMD: enable advanced fault log. */
    public static final long EAFL = 1L << 28;
    /** GCMD: write buffer flush; GSTS: it goes on. */
    public static final long WBF = 1L << 27;
    /** GCMD and GSTS: queued invalidation enable. */
    public static final long QIE = 1L << 26;
    /** GCMD and GSTS: interrupt remapping enable. */
    public static final long IRE = 1L << 25;
    /** GCMD: set interrupt remapping table pointer; GSTS: it was set. */
    public static final long SIRTP = 1L << 24;
    /** GCMD and GSTS: compatibility format interrupts. */
    public static final long CFI = 1L << 23;
    /** GSTS bits that stay in a command, as opposed to the one-shot ones. */
    public static final long PERSISTENT = TE | EAFL | QIE | IRE | CFI;

    /** PMEN: enable protected memory. */
    public static final BitField EPM = BitField.bit("EPM", 31);
    /** PMEN: memory is protected. */
    public static final BitField PRS = BitField.bit("PRS", 0);
    /** IRTA: address, extended mode and size of the table. */
    static final long IRTA_WRITABLE = BitField.bits("IRTA", 63, 11).mask() | BitField.bits("S", 3, 0).mask();

    /** FSTS: primary fault overflow. */
    public static final long PFO = 1;
    /** FSTS: primary pending fault. */
    public static final long PPF = 1 << 1;
    /** FSTS: invalidation queue error. */
    public static final long IQE = 1 << 4;
    /** FSTS: invalidation completion error, a device-TLB's answer that nobody waits for. */
    public static final long ICE = 1 << 5;
    /** FSTS: invalidation time-out error, a device-TLB does not answer. */
    public static final long ITE = 1 << 6;
    /** FSTS: page request overflow. */
    public static final long PRO = 1 << 7;
    /** ICS: a wait descriptor with its interrupt flag is complete. */
    public static final long IWC = 1;
    /** Interrupt mask of FECTL and IECTL. */
    public static final long IM = 1L << 31;
    /** Interrupt pending of FECTL and IECTL. */
    public static final long IP = 1L << 30;
    /** FSTS: number of the first pending fault record. */
    public static final BitField FRI = BitField.bits("FRI", 15, 8);

    private Reg() { }

    /** The name of the register at an offset of a unit, or its offset. */
    public static String name(Capabilities capabilities, long offset) {
        if (offset == capabilities.iotlbOffset()) {
            return "IVA";
        }
        if (offset == capabilities.iotlbOffset() + 8) {
            return "IOTLB";
        }
        long fault = offset - capabilities.faultOffset();
        if (fault >= 0 && fault < capabilities.faultCount() * 16L) {
            return "FRCD" + fault / 16 + "+" + fault % 16;
        }
        return switch ((int) offset) {
            case VER -> "VER";
            case CAP -> "CAP";
            case ECAP -> "ECAP";
            case GCMD -> "GCMD";
            case GSTS -> "GSTS";
            case RTADDR -> "RTADDR";
            case CCMD -> "CCMD";
            case FSTS -> "FSTS";
            case FECTL -> "FECTL";
            case FEDATA -> "FEDATA";
            case FEADDR -> "FEADDR";
            case FEUADDR -> "FEUADDR";
            case AFLOG -> "AFLOG";
            case PMEN -> "PMEN";
            case PLMBASE -> "PLMBASE";
            case PLMLIMIT -> "PLMLIMIT";
            case PHMBASE -> "PHMBASE";
            case PHMLIMIT -> "PHMLIMIT";
            case IQH -> "IQH";
            case IQT -> "IQT";
            case IQA -> "IQA";
            case ICS -> "ICS";
            case IECTL -> "IECTL";
            case IEDATA -> "IEDATA";
            case IEADDR -> "IEADDR";
            case IEUADDR -> "IEUADDR";
            case IQERCD -> "IQERCD";
            case IRTA -> "IRTA";
            default -> "register 0x" + Long.toHexString(offset);
        };
    }
}
