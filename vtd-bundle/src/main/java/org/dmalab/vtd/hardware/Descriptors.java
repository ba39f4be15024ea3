package org.dmalab.vtd.hardware;

/**
 * Checks and executes single descriptors of the invalidation queue.
 *
 * <p>Specification: Context-cache, PASID-cache, IOTLB, PASID-based IOTLB, Device-TLB, Interrupt Entry Cache Invalidate
 * Descriptors; Invalidation Wait Descriptor. Of an interrupt-entry descriptor there is nothing to flush here. Draining
 * of reads and writes and the device's queue depth have no effect, since requests are not in flight across a
 * descriptor.
 */
final class Descriptors {
    /** Size of a narrow descriptor. */
    static final int BYTES = 16;
    /** Type of wait descriptors. */
    static final int WAIT = 5;
    /** Of a wait: interrupt when it is complete. */
    static final long INTERRUPT = 1 << 4;
    /** Of a wait: write a status word when it is complete. */
    static final long STATUS_WRITE = 1 << 5;
    private static final long FENCE = 1 << 6;
    private static final long PAGE_REQUEST_DRAIN = 1 << 7;
    private static final long TYPE = 0xe0f;
    private static final long GRANULARITY = 3 << 4;
    private static final long DOMAIN = 0xffff0000L;
    private static final long SOURCE = 0xffffL << 32;
    private static final long PASID = 0xfffffL << 32;
    private static final long FUNCTION_MASK = 3L << 48;
    private static final long DRAIN = 3 << 6;
    private static final long QUEUE_DEPTH = 0x1f << 16;
    private static final long FUNCTION = 0xfffL << 52 | 0xf << 12;
    private static final long INDEX_MASK = 0x1fL << 27;
    private static final long LOW_HALF = 0xffffffffL;
    private static final long IOTLB_HIGH = 0xfffffffffffff07fL;
    private static final long DEVICE_TLB_HIGH = 0xfffffffffffff001L;
    private static final int OK = 0;
    private final Capabilities capabilities;
    private final TranslationCaches caches;
    private final EntryFetch fetches;
    private final DeviceTlbs devices;
    private final RegisterFile registers;
    private final boolean timesOut;
    private final boolean unchecked;

    Descriptors(RegisterFile registers, Capabilities capabilities, UnitProfile profile, TranslationCaches caches,
            EntryFetch fetches, DeviceTlbs devices) {
        this.registers = registers;
        this.timesOut = profile.deviceTlbTimesOut();
        this.unchecked = profile.descriptorsUnchecked();
        this.capabilities = capabilities;
        this.caches = caches;
        this.fetches = fetches;
        this.devices = devices;
    }

    /** The type, whose upper bits stand apart. */
    static int type(long low) {
        return (int) ((low & 0xf) | (low >>> 5 & 0x70));
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
        long extra = rest;
        switch (type(low)) {
            case 1 -> {
                extra |= (low & ~(TYPE | GRANULARITY | DOMAIN | SOURCE | FUNCTION_MASK)) | high;
                return extra != 0 ? InvalidationQueue.RESERVED_FIELD : context(low);
            }
            case 2 -> {
                extra |= (low & ~(TYPE | GRANULARITY | DOMAIN | DRAIN)) | (high & ~IOTLB_HIGH);
                return extra != 0 ? InvalidationQueue.RESERVED_FIELD : translations(low, high);
            }
            case 3 -> {
                long function = capabilities.deviceTlbThrottled() ? FUNCTION : 0;
                extra |= (low & ~(TYPE | QUEUE_DEPTH | SOURCE | function)) | (high & ~DEVICE_TLB_HIGH);
                return !capabilities.deviceTlb() ? InvalidationQueue.INVALID_TYPE
                        : extra != 0 ? InvalidationQueue.RESERVED_FIELD : deviceTlb(low, high);
            }
            case 4 -> {
                extra |= (low & ~(TYPE | 1 << 4 | INDEX_MASK | SOURCE)) | high;
                return unchecked ? OK : !capabilities.interruptRemapping() ? InvalidationQueue.INVALID_TYPE
                        : extra != 0 ? InvalidationQueue.RESERVED_FIELD : OK;
            }
            case WAIT -> {
                long drain = capabilities.pageRequestDrain() ? PAGE_REQUEST_DRAIN : 0;
                extra |= (low & LOW_HALF & ~(TYPE | INTERRUPT | STATUS_WRITE | FENCE | drain)) | (high & 3);
                return extra != 0 ? InvalidationQueue.RESERVED_FIELD : OK;
            }
            case 6, 7 -> {
                extra |= (low & ~(TYPE | GRANULARITY | DOMAIN | PASID))
                        | (type(low) == 6 ? high & ~IOTLB_HIGH : high);
                int wrong = extra != 0 ? InvalidationQueue.RESERVED_FIELD : pasids(low);
                return unchecked ? OK : !capabilities.scalableMode() ? InvalidationQueue.INVALID_TYPE : wrong;
            }
            default -> {
                return InvalidationQueue.INVALID_TYPE;
            }
        }
    }

    /** What is cached for a PASID in the IOTLB are first-level translations, of which there are none. */
    private int pasids(long low) {
        int domain = domainOf(low);
        int scope = (int) (low >>> 4) & 3;
        if (type(low) == 6) {
            return scope < 2 ? InvalidationQueue.RESERVED_FIELD : OK;
        }
        if (scope == 2) {
            return InvalidationQueue.RESERVED_FIELD;
        }
        caches.flushPasids(scope, domain, (int) (low >>> 32) & 0xfffff);
        return OK;
    }

    private int domainOf(long low) {
        return (int) (low >>> 16) & capabilities.domainMask();
    }

    private int context(long low) {
        int domain = domainOf(low);
        fetches.dropAll();
        switch ((int) (low >>> 4) & 3) {
            case 1 -> caches.flushAllContexts();
            case 2 -> caches.flushContextsOfDomain(domain);
            case 3 -> caches.flushContextsOfDevice(domain, (int) (low >>> 32) & 0xffff, (int) (low >>> 48) & 3);
            default -> {
                return InvalidationQueue.RESERVED_FIELD;
            }
        }
        return OK;
    }

    private int translations(long low, long high) {
        int domain = domainOf(low);
        int mask = (int) high & 0x3f;
        switch ((int) (low >>> 4) & 3) {
            case 1 -> caches.flushAllTranslations();
            case 2 -> caches.flushTranslationsOfDomain(domain);
            case 3 -> {
                if (!capabilities.pageSelective() || mask > capabilities.maximumAddressMask()) {
                    return InvalidationQueue.RESERVED_FIELD;
                }
                caches.flushPages(domain, capabilities.guestAddress(high & ~0xfffL), mask, (high & 0x40) != 0);
            }
            default -> {
                return InvalidationQueue.RESERVED_FIELD;
            }
        }
        return OK;
    }

    /** With S set, the address says the size too: twice a page, doubled for each 1 from bit 12 upwards. */
    private int deviceTlb(long low, long high) {
        int sourceId = (int) (low >>> 32) & 0xffff;
        long size = (high & 1) == 0 ? 0x1000L : 0x2000L << Long.numberOfTrailingZeros(~(high >>> 12));
        boolean answered = devices.invalidate(sourceId, high & -size, size);
        if (!answered && timesOut && registers.timedOut() < 0) {
            registers.timedOut(sourceId);
        }
        return OK;
    }
}
