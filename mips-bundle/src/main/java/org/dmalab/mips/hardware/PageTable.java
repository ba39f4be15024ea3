package org.dmalab.mips.hardware;

/**
 * Where the TLB refill exception gets entries from. On the real core the handler is kernel code that reads the page
 * table; here the machine's builder hands in a reader of the kernel's tables. Stateless.
 */
@FunctionalInterface
public interface PageTable {
    /** Bit of an entry that may be used; the other bits below the page size are 0. */
    long VALID = 1;

    /**
     * The entry for a page.
     *
     * @param processor whose user mappings apply
     * @param virtualPage address of the page
     * @return physical address of the page with {@link #VALID}, or 0
     */
    long entry(int processor, long virtualPage);
}
