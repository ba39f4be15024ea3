package org.dmalab.mips.kernel;

import java.util.List;

import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Struct;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.store.Store;

/** The kernel's variables, structures and address ranges: the same on every machine, with 32-bit C layout. */
public final class KernelLayout {
    /** Bits of an address within a page. */
    public static final int PAGE_SHIFT = 12;
    /** Bytes of a page. */
    public static final int PAGE_SIZE = 1 << PAGE_SHIFT;
    /** What the linear map adds to a physical address (kseg0). */
    public static final long PAGE_OFFSET = 0x80000000L;
    /** First physical address that the linear map does not reach. */
    public static final long HIGHMEM_START = 0x20000000L;
    /** First address of the kmap pool. */
    public static final long PKMAP_BASE = 0xfe000000L;
    /** Largest kmap pool. */
    public static final int PKMAP_MAX = 1024;
    /** Address of fixmap index 0; the others lie below. */
    public static final long FIXADDR_TOP = 0xfffe0000L;
    /** First fixmap index of {@code kmap_atomic}. */
    public static final int FIX_KMAP_BEGIN = 17;
    /** Most processors. */
    public static final int MAX_CPUS = 4;
    /** Fixmap indices. */
    public static final int FIXMAP_COUNT = FIX_KMAP_BEGIN + KmType.COUNT * MAX_CPUS;
    /** First user address that can be mapped. */
    public static final long USER_BASE = 0x00400000L;
    /** User pages of each processor's program. */
    public static final int USER_PAGES = 16;
    /** Pages that the page cache can hold. */
    public static final int CACHE_PAGES = 64;
    /** A page table entry for the kernel: present, read, write, accessed, modified, global, valid, dirty, cached. */
    public static final long PAGE_KERNEL = 0x7df;
    /** The bit of a page table entry that hardware looks at. */
    public static final long PTE_VALID = 0x80;
    /** {@code PAGE_MASK} for 32 bits. */
    public static final long PAGE_MASK = 0xfffff000L;
    /** Addresses have 32 bits. */
    public static final long ADDRESS_MASK = 0xffffffffL;

    /** Pages that the allocator hands out of low memory, from physical 0x0ff00000. */
    public static final int LOW_PAGES = 256;
    /** Pages right below high memory; allocated by nobody, there for machines whose memory has no hole. */
    public static final int BORDER_PAGES = 16;
    /** Pages that the allocator hands out of high memory, from physical 0x20000000. */
    public static final int HIGH_PAGES = 256;
    /** Entries of {@code mem_map}. */
    public static final int PAGES = LOW_PAGES + BORDER_PAGES + HIGH_PAGES;
    /** First page frame of the low pages. */
    public static final long LOW_FIRST_PFN = 0x0ff00;
    /** First page frame of the border pages. */
    public static final long BORDER_FIRST_PFN = (HIGHMEM_START >>> PAGE_SHIFT) - BORDER_PAGES;

    /** {@code struct page}. */
    public static final Struct PAGE = new Struct("page", 32);
    /** {@code page->flags}. */
    public static final Field PAGE_FLAGS = PAGE.at("flags", 0, 4);
    /** {@code page->_count}. */
    public static final Field PAGE_COUNT = PAGE.at("_count", 4, 4);
    /** {@code page->index}: place in the file. */
    public static final Field PAGE_INDEX = PAGE.at("index", 12, 4);
    /** {@code page->lru.next}: the free list. */
    public static final Field PAGE_LRU_NEXT = PAGE.at("lru.next", 16, 4);
    /** {@code page->virtual}: the kmap address of a high page. */
    public static final Field PAGE_VIRTUAL = PAGE.at("virtual", 24, 4);
    /** Bytes of {@link #PAGE}. */
    public static final int PAGE_STRUCT_BYTES = PAGE.sizeBytes();
    /** {@code PG_uptodate} in the flags. */
    public static final long PG_UPTODATE = 1 << 3;
    /** The zone number in the flags: set for ZONE_HIGHMEM. */
    public static final long PG_HIGHMEM = 1L << 30;

    /** {@code struct scatterlist}; its {@code dma_length} is not used. */
    public static final Struct SG = new Struct("scatterlist", 20);
    /** {@code sg->page_link}. */
    public static final Field SG_PAGE = SG.at("page_link", 0, 4);
    /** {@code sg->offset}. */
    public static final Field SG_OFFSET = SG.at("offset", 4, 4);
    /** {@code sg->length}. */
    public static final Field SG_LENGTH = SG.at("length", 8, 4);
    /** {@code sg->dma_address}. */
    public static final Field SG_DMA_ADDRESS = SG.at("dma_address", 12, 4);
    /** Bytes of {@link #SG}. */
    public static final int SG_BYTES = SG.sizeBytes();

    /** Kernel virtual address of the kernel's data. */
    public static final long DATA_BASE = 0x80400000L;

    /** What the caches are, as the probe found them at boot. */
    public static final Variable DCACHE_LINESZ = first("current_cpu_data.dcache.linesz");
    /** Bytes of a way of the data cache. */
    public static final Variable DCACHE_WAYSIZE = word(DCACHE_LINESZ, "current_cpu_data.dcache.waysize");
    /** Ways of the data cache. */
    public static final Variable DCACHE_WAYS = word(DCACHE_WAYSIZE, "current_cpu_data.dcache.ways");
    /** Bytes of the data cache. */
    public static final Variable DCACHE_SIZE = word(DCACHE_WAYS, "dcache_size");
    /** Line of the secondary cache. */
    public static final Variable SCACHE_LINESZ = word(DCACHE_SIZE, "current_cpu_data.scache.linesz");
    /** Bytes of a way of the secondary cache. */
    public static final Variable SCACHE_WAYSIZE = word(SCACHE_LINESZ, "current_cpu_data.scache.waysize");
    /** Ways of the secondary cache. */
    public static final Variable SCACHE_WAYS = word(SCACHE_WAYSIZE, "current_cpu_data.scache.ways");
    /** Bytes of the secondary cache; 0 if there is none or it is bypassed. */
    public static final Variable SCACHE_SIZE = word(SCACHE_WAYS, "scache_size");
    /** Whether the secondary cache includes the primary ones. */
    public static final Variable INCLUSIVE_PCACHES = word(SCACHE_SIZE, "cpu_has_inclusive_pcaches");
    /** Whether index operations of one processor suffice. */
    public static final Variable SAFE_INDEX_OPS = word(INCLUSIVE_PCACHES, "cpu_has_safe_index_cacheops");
    /** Whether the kernel takes the processor for one that fills lines speculatively. */
    public static final Variable NONCOHERENT_R10000 = word(SAFE_INDEX_OPS, "cpu_is_noncoherent_r10000");
    /** Whether range operations end with SYNC (patch 2 of the seed's series). */
    public static final Variable SYNC_AFTER_FLUSH = word(NONCOHERENT_R10000, "sync_after_cacheflush");
    /** Whether an invalidation first writes back the lines at the edges (kernels of 2010). */
    public static final Variable EDGE_WRITEBACK = word(SYNC_AFTER_FLUSH, "writeback_edge_lines");
    /** Entries of the TLB. */
    public static final Variable TLB_SIZE = word(EDGE_WRITEBACK, "current_cpu_data.tlbsize");
    /** Whether TLB maintenance reaches other processors without an interrupt. */
    public static final Variable TLB_BROADCAST = word(TLB_SIZE, "tlb_ops_broadcast");
    /** Processors on line. */
    public static final Variable NR_CPUS = word(TLB_BROADCAST, "nr_cpu_ids");
    /** Entries of the kmap pool in use. */
    public static final Variable LAST_PKMAP = word(NR_CPUS, "LAST_PKMAP");

    /** Whether handlers of hard interrupts run with interrupts on. */
    public static final Variable NESTED_HARDIRQS = word(LAST_PKMAP, "nested_hardirqs");

    /** Line of the instruction cache; 0 if there is none. */
    public static final Variable ICACHE_LINESZ = word(NESTED_HARDIRQS, "current_cpu_data.icache.linesz");
    /** Whether the instruction cache is filled from the data cache. */
    public static final Variable IC_FILLS_F_DC = word(ICACHE_LINESZ, "cpu_has_ic_fills_f_dc");
    /** Whether the data cache has aliases. */
    public static final Variable DC_ALIASES = word(IC_FILLS_F_DC, "cpu_has_dc_aliases");
    /** Whether an invalidation of a secondary cache that is not inclusive saves the lines at its edges. */
    public static final Variable SCACHE_EDGE_WRITEBACK = word(DC_ALIASES, "writeback_scache_edge_lines");
    /** Whether there is a read-ahead cache to be flushed after transfers. */
    public static final Variable READ_AHEAD = word(SCACHE_EDGE_WRITEBACK, "bmips_rac");

    /** Pages that the allocator was given at boot. */
    public static final Variable TOTALRAM_PAGES = word(READ_AHEAD, "totalram_pages");

    /** Protects the kmap pool. */
    public static final Variable KMAP_LOCK = word(TOTALRAM_PAGES, "kmap_lock");
    /** Where the search for a free kmap entry goes on. */
    public static final Variable LAST_PKMAP_NR = word(KMAP_LOCK, "last_pkmap_nr");
    /** Tasks that sleep for a free kmap entry. */
    public static final Variable PKMAP_WAITERS = word(LAST_PKMAP_NR, "pkmap_map_wait.waiters");
    /** Set when the sleeper of a processor was woken. */
    public static final Variable PKMAP_WOKEN = after(PKMAP_WAITERS, "pkmap_map_wait.woken", 4, MAX_CPUS);
    /** Users of each kmap entry: 0 free, 1 mapped but unused, n+1 with n users. */
    public static final Variable PKMAP_COUNT = after(PKMAP_WOKEN, "pkmap_count", 4, PKMAP_MAX);
    /** Page table of the kmap pool. */
    public static final Variable PKMAP_PAGE_TABLE = after(PKMAP_COUNT, "pkmap_page_table", 4, PKMAP_MAX);
    /** Page table of the fixmap, by ascending address. */
    public static final Variable FIXMAP_PAGE_TABLE = after(PKMAP_PAGE_TABLE, "fixmap_page_table", 4, FIXMAP_COUNT);
    /** Page table of user mappings. */
    public static final Variable USER_PAGE_TABLE = after(FIXMAP_PAGE_TABLE, "user_page_table", 4,
            MAX_CPUS * USER_PAGES);
    /** Depth of the stack of {@code kmap_atomic}. */
    public static final Variable KMAP_ATOMIC_IDX = after(USER_PAGE_TABLE, "__kmap_atomic_idx", 4, MAX_CPUS);
    /** Depth of ARM's shared slot. */
    public static final Variable L1_VIPT_DEPTH = after(KMAP_ATOMIC_IDX, "kmap_high_l1_vipt_depth", 4, MAX_CPUS);

    /** Function that a processor (row) asks another (column) to run, 0 when done: the call data's lock flag. */
    public static final Variable CSD_FUNCTION = after(L1_VIPT_DEPTH, "csd.func", 4, MAX_CPUS * MAX_CPUS);
    /** Its argument. */
    public static final Variable CSD_INFO = after(CSD_FUNCTION, "csd.info", 4, MAX_CPUS * MAX_CPUS);

    /** Heads of the free lists: low, high, the last pages of low memory. */
    public static final Variable FREE_LIST = after(CSD_INFO, "zone.free_list", 4, 3);
    /** The page cache: struct page by index in the file. */
    public static final Variable PAGE_CACHE = after(FREE_LIST, "page_cache", 4, CACHE_PAGES);
    /** The driver's scatterlist by first page, while a request is out. */
    public static final Variable REQUEST_SG = after(PAGE_CACHE, "request.sg", 4, CACHE_PAGES);
    /** Entries of that scatterlist and direction: entries | direction << 8. */
    public static final Variable REQUEST_SHAPE = after(REQUEST_SG, "request.shape", 4, CACHE_PAGES);
    /** Bus address of a page that was mapped by itself. */
    public static final Variable REQUEST_HANDLE = after(REQUEST_SHAPE, "request.handle", 4, CACHE_PAGES);
    /** Its offset in the page. */
    public static final Variable REQUEST_OFFSET = after(REQUEST_HANDLE, "request.offset", 4, CACHE_PAGES);
    /** Its length and direction: length | direction << 28. */
    public static final Variable REQUEST_LENGTH = after(REQUEST_OFFSET, "request.length", 4, CACHE_PAGES);
    /** Protects the free lists. */
    public static final Variable ZONE_LOCK = word(REQUEST_LENGTH, "zone.lock");
    /** Requests whose data arrived. */
    public static final Variable REQUESTS_DONE = after(ZONE_LOCK, "requests_done", 8, 1);
    /** struct page of every page frame that there is. */
    public static final Variable MEM_MAP = after(REQUESTS_DONE, "mem_map", 8, PAGES * PAGE_STRUCT_BYTES / 8);

    /** All variables in the order of their addresses. */
    public static final List<Variable> ALL = List.of(DCACHE_LINESZ, DCACHE_WAYSIZE, DCACHE_WAYS, DCACHE_SIZE,
            SCACHE_LINESZ, SCACHE_WAYSIZE, SCACHE_WAYS, SCACHE_SIZE, INCLUSIVE_PCACHES, SAFE_INDEX_OPS,
            NONCOHERENT_R10000, SYNC_AFTER_FLUSH, EDGE_WRITEBACK, TLB_SIZE, TLB_BROADCAST, NR_CPUS, LAST_PKMAP,
            NESTED_HARDIRQS, ICACHE_LINESZ, IC_FILLS_F_DC, DC_ALIASES, SCACHE_EDGE_WRITEBACK, READ_AHEAD,
            TOTALRAM_PAGES, KMAP_LOCK, LAST_PKMAP_NR, PKMAP_WAITERS, PKMAP_WOKEN, PKMAP_COUNT, PKMAP_PAGE_TABLE,
            FIXMAP_PAGE_TABLE, USER_PAGE_TABLE, KMAP_ATOMIC_IDX, L1_VIPT_DEPTH, CSD_FUNCTION, CSD_INFO, FREE_LIST,
            PAGE_CACHE, REQUEST_SG, REQUEST_SHAPE, REQUEST_HANDLE, REQUEST_OFFSET, REQUEST_LENGTH,
            ZONE_LOCK, REQUESTS_DONE, MEM_MAP);

    private static final int STATIC_BYTES = 32 << 10;
    private static final int HEAP_BYTES = 8 << 10;

    private KernelLayout() { }

    private static Variable first(String name) {
        return new Variable(name, DATA_BASE, 4, 1);
    }

    private static Variable word(Variable before, String name) {
        return after(before, name, 4, 1);
    }

    private static Variable after(Variable before, String name, int widthBytes, int count) {
        long end = before.address() + (long) before.widthBytes() * before.count();
        return new Variable(name, (end + widthBytes - 1) & -widthBytes, widthBytes, count);
    }

    /** Declares the kernel's data in a store. */
    public static KernelMemory create(Store store) {
        KernelMemory memory = new KernelMemory(store, DATA_BASE, STATIC_BYTES, HEAP_BYTES, List.of(SG));
        for (Variable variable : ALL) {
            Variable declared = variable == MEM_MAP ? memory.structs(variable.name(), PAGE, PAGES)
                    : memory.array(variable.name(), variable.widthBytes(), variable.count());
            if (!declared.equals(variable)) {
                throw new IllegalStateException("kernel variable " + declared + ", expected " + variable);
            }
        }
        return memory;
    }

    /**
     * Address of the page table entry that maps a page; what the refill exception handler computes.
     *
     * @param processor whose user mappings apply
     * @param virtualAddress any address in the page
     * @return the kernel address of the entry, or 0 if no table covers the address
     */
    public static long pageTableEntry(int processor, long virtualAddress) {
        long pool = (virtualAddress - PKMAP_BASE) >> PAGE_SHIFT;
        if (pool >= 0 && pool < PKMAP_MAX) {
            return PKMAP_PAGE_TABLE.element(pool);
        }
        long fixed = (FIXADDR_TOP - (virtualAddress & PAGE_MASK)) >> PAGE_SHIFT;
        if (fixed >= 0 && fixed < FIXMAP_COUNT) {
            return FIXMAP_PAGE_TABLE.element(FIXMAP_COUNT - 1 - fixed);
        }
        long user = (virtualAddress - USER_BASE) >> PAGE_SHIFT;
        return user >= 0 && user < USER_PAGES ? USER_PAGE_TABLE.element((long) processor * USER_PAGES + user) : 0;
    }
}
