package org.dmalab.vtd.hardware;

import org.dmalab.vtd.spec.Descriptor;
import org.dmalab.vtd.spec.SecondLevelEntry;

/**
 * Checks and executes single descriptors of the invalidation queue.
 *
 * <p>Specification: Context-cache, PASID-cache, IOTLB, PASID-based IOTLB, Device-TLB, Interrupt Entry Cache Invalidate
 * Descriptors; Invalidation Wait Descriptor. Of an interrupt-entry descriptor there is nothing to flush here. Draining
 * of reads and writes and the device's queue depth have no effect, since requests are not in flight across a
 * descriptor.
 */
final class Descriptors {
    private static final long TYPE = Descriptor.TYPE_LOW.mask() | Descriptor.TYPE_HIGH.mask();
    private static final long SCOPED = TYPE | Descriptor.G.mask() | Descriptor.DID.mask();
    private static final long CONTEXT = SCOPED | Descriptor.SID.mask() | Descriptor.FM.mask();
    private static final long TRANSLATIONS = SCOPED | Descriptor.DRAIN.mask();
    private static final long PASIDS = SCOPED | Descriptor.PASID.mask();
    private static final long RANGE = Descriptor.ADDR.mask() | Descriptor.IH.mask() | Descriptor.AM.mask();
    private static final long INTERRUPT_ENTRY = TYPE | Descriptor.GLOBAL.mask() | Descriptor.IM.mask()
            | Descriptor.SID.mask();
    private static final long DEVICE_TLB = TYPE | Descriptor.MIP.mask() | Descriptor.SID.mask();
    private static final long FUNCTION = Descriptor.PFSID_LOW.mask() | Descriptor.PFSID_HIGH.mask();
    private static final long DEVICE_RANGE = Descriptor.ADDR.mask() | Descriptor.S.mask();
    private static final long WAIT = TYPE | Descriptor.IF.mask() | Descriptor.SW.mask() | Descriptor.FN.mask()
            | Descriptor.DATA.mask();
    private static final long PAGE_BYTES = 1L << SecondLevelEntry.PAGE_SHIFT;
    private static final int OK = 0;
    private final Capabilities capabilities;
    private final TranslationCaches caches;
    private final EntryFetch fetches;
    private final DeviceTlbs devices;
    private final RegisterFile registers;
    private final boolean timesOut;
    private final boolean unchecked;
    private final boolean mustSignal;

    Descriptors(RegisterFile registers, Capabilities capabilities, UnitProfile profile, TranslationCaches caches,
            EntryFetch fetches, DeviceTlbs devices) {
        this.registers = registers;
        this.timesOut = profile.deviceTlbTimesOut();
        this.unchecked = profile.descriptorsUnchecked();
        this.mustSignal = profile.waitMustSignal();
        this.capabilities = capabilities;
        this.caches = caches;
        this.fetches = fetches;
        this.devices = devices;
    }

    /**
     * Checks a descriptor and executes it; a wait is checked only.
     *
     * @param low first 8 bytes
     * @param high second 8 bytes
     * @param rest the others, OR-ed; 0 for a narrow descriptor
     * @return 0, or what is wrong, as IQERCD.IQEI says it
     */
    int execute(long low, long high, long rest) {
        int type = Descriptor.type(low);
        // 1: the unit has such a descriptor
        if (!has(type)) {
            return InvalidationQueue.INVALID_TYPE;
        }
        // 2: reserved bits
        boolean lenient = unchecked && (type == Descriptor.INTERRUPT_ENTRY || type > Descriptor.WAIT);
        if (!lenient && (reserved(type, low, high) | rest) != 0) {
            return InvalidationQueue.RESERVED_FIELD;
        }
        // 3: what it says
        int wrong = switch (type) {
            case Descriptor.CONTEXT_CACHE -> context(low);
            case Descriptor.IOTLB -> translations(low, high);
            case Descriptor.DEVICE_TLB -> deviceTlb(low, high);
            case Descriptor.PASID_CACHE -> (reserved(type, low, high) | rest) != 0 ? OK : pasids(low);
            case Descriptor.WAIT -> mustSignal && !Descriptor.SW.isSet(low) && !Descriptor.IF.isSet(low)
                    ? InvalidationQueue.RESERVED_FIELD : OK;
            case Descriptor.PASID_IOTLB -> Descriptor.G.get(low) < 2 ? InvalidationQueue.RESERVED_FIELD : OK;
            default -> OK;
        };
        return lenient ? OK : wrong;
    }

    private boolean has(int type) {
        return switch (type) {
            case Descriptor.CONTEXT_CACHE, Descriptor.IOTLB, Descriptor.WAIT -> true;
            case Descriptor.DEVICE_TLB -> unchecked || capabilities.deviceTlb();
            case Descriptor.INTERRUPT_ENTRY -> unchecked || capabilities.interruptRemapping();
            case Descriptor.PASID_IOTLB, Descriptor.PASID_CACHE -> unchecked || capabilities.scalableMode();
            default -> false;
        };
    }

    /** The reserved bits that are set in the first 16 bytes. */
    private long reserved(int type, long low, long high) {
        return switch (type) {
            case Descriptor.CONTEXT_CACHE -> (low & ~CONTEXT) | high;
            case Descriptor.IOTLB -> (low & ~TRANSLATIONS) | (high & ~RANGE);
            case Descriptor.DEVICE_TLB -> (low & ~(DEVICE_TLB | (capabilities.deviceTlbThrottled() ? FUNCTION : 0)))
                    | (high & ~DEVICE_RANGE);
            case Descriptor.INTERRUPT_ENTRY -> (low & ~INTERRUPT_ENTRY) | high;
            case Descriptor.WAIT -> (low & ~(WAIT | (capabilities.pageRequestDrain() ? Descriptor.PD.mask() : 0)))
                    | Descriptor.STATUS_RESERVED.in(high);
            case Descriptor.PASID_IOTLB -> (low & ~PASIDS) | (high & ~RANGE);
            default -> (low & ~PASIDS) | high;
        };
    }

    /** What is cached for a PASID in the IOTLB are first-level translations, of which there are none. */
    private int pasids(long low) {
        int scope = (int) Descriptor.G.get(low);
        if (scope == 2) {
            return InvalidationQueue.RESERVED_FIELD;
        }
        caches.flushPasids(scope, domainOf(low), (int) Descriptor.PASID.get(low));
        return OK;
    }

    private int domainOf(long low) {
        return (int) Descriptor.DID.get(low) & capabilities.domainMask();
    }

    private int context(long low) {
        int domain = domainOf(low);
        fetches.dropAll();
        switch ((int) Descriptor.G.get(low)) {
            case TranslationCaches.GLOBAL -> caches.flushAllContexts();
            case TranslationCaches.DOMAIN -> caches.flushContextsOfDomain(domain);
            case TranslationCaches.SELECTIVE -> caches.flushContextsOfDevice(domain, (int) Descriptor.SID.get(low),
                    (int) Descriptor.FM.get(low));
            default -> {
                return InvalidationQueue.RESERVED_FIELD;
            }
        }
        return OK;
    }

    private int translations(long low, long high) {
        int domain = domainOf(low);
        int mask = (int) Descriptor.AM.get(high);
        switch ((int) Descriptor.G.get(low)) {
            case TranslationCaches.GLOBAL -> caches.flushAllTranslations();
            case TranslationCaches.DOMAIN -> caches.flushTranslationsOfDomain(domain);
            case TranslationCaches.SELECTIVE -> {
                if (!capabilities.pageSelective() || mask > capabilities.maximumAddressMask()) {
                    return InvalidationQueue.RESERVED_FIELD;
                }
                caches.flushPages(domain, capabilities.guestAddress(Descriptor.ADDR.in(high)), mask,
                        Descriptor.IH.isSet(high));
            }
            default -> {
                return InvalidationQueue.RESERVED_FIELD;
            }
        }
        return OK;
    }

    /** With S set, the address says the size too: twice a page, doubled for each 1 from bit 12 upwards. */
    private int deviceTlb(long low, long high) {
        int sourceId = (int) Descriptor.SID.get(low);
        long ones = Long.numberOfTrailingZeros(~Descriptor.ADDR.get(high));
        long size = Descriptor.S.isSet(high) ? (2 * PAGE_BYTES) << ones : PAGE_BYTES;
        boolean answered = devices.invalidate(sourceId, high & -size, size);
        if (!answered && timesOut && registers.timedOut() < 0) {
            registers.timedOut(sourceId);
        }
        return OK;
    }
}
