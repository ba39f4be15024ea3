package org.dmalab.vtd.kernel;

import java.util.List;

import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Struct;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.store.Store;

/**
 * The kernel's own data: variables and structures, with the same addresses on every machine and in every kernel that
 * boots on it. A capture kernel is the same image at another place of physical memory, so what the old kernel kept at
 * these addresses is gone when it runs.
 */
public final class KernelLayout {
    /** Where the kernel's data starts. */
    public static final long BASE = 0xffffffff82000000L;
    /** Room for variables. */
    public static final int STATIC_BYTES = 4096;
    /** Room for objects. */
    public static final int HEAP_BYTES = 256 << 10;
    /** Remapping units that a kernel can have ({@code DMAR_UNITS_SUPPORTED} is larger). */
    public static final int UNITS = 16;
    /** Source-ids beside its own that a device's requests may carry. */
    public static final int ALIASES = 3;
    /** Pages that a kernel has for tables and buffers. */
    public static final int PAGES = 4096;

    /** Bytes of memory, from boot parameters. */
    public static final Variable RAM_BYTES = new Variable("e820_ram_bytes", BASE, 8, 1);
    /** Physical address of the DMAR table, from boot parameters. */
    public static final Variable ACPI_DMAR = after(RAM_BYTES, "acpi_dmar", 8, 1);
    /** Physical address of the first page this kernel may use. */
    public static final Variable PAGE_BASE = after(ACPI_DMAR, "page_base", 8, 1);
    /** One bit a page: taken. */
    public static final Variable PAGE_TAKEN = after(PAGE_BASE, "page_taken", 8, PAGES / 64);
    /** One bit a page: was taken once, so it must be cleared before use. */
    public static final Variable PAGE_USED = after(PAGE_TAKEN, "page_used", 8, PAGES / 64);
    /** The word of the bitmap below which all pages are taken. */
    public static final Variable PAGE_HINT = after(PAGE_USED, "page_hint", 4, 1);
    /** 1 in a capture kernel ({@code is_kdump_kernel()}). */
    public static final Variable KDUMP = after(PAGE_HINT, "is_kdump_kernel", 4, 1);
    /** 1 if drivers must reset their devices. */
    public static final Variable RESET_DEVICES = after(KDUMP, "reset_devices", 4, 1);
    /** 1 when the kernel has booted, 2 when it has crashed. */
    public static final Variable SYSTEM_STATE = after(RESET_DEVICES, "system_state", 4, 1);
    /** Nobody ever sets it: what sleeping code waits for. */
    public static final Variable SLEEP = after(SYSTEM_STATE, "sleep", 4, 1);
    /** {@code device_domain_lock}. */
    public static final Variable DEVICE_DOMAIN_LOCK = after(SLEEP, "device_domain_lock", 4, 1);
    /** First remapping unit. */
    public static final Variable IOMMUS = after(DEVICE_DOMAIN_LOCK, "dmar_drhd_units", 8, 1);
    /** First reserved memory region. */
    public static final Variable RMRRS = after(IOMMUS, "dmar_rmrr_units", 8, 1);
    /** First device. */
    public static final Variable DEVICES = after(RMRRS, "pci_devices", 8, 1);
    /** Protects the page allocator's bitmaps: {@code zone->lock}. */
    public static final Variable ZONE_LOCK = after(DEVICES, "zone_lock", 4, 1);
    /** {@code mem_hotplug_lock}. */
    public static final Variable MEM_HOTPLUG_LOCK = after(ZONE_LOCK, "mem_hotplug_lock", 4, 1);
    /** Calls of the load whose effect the tables showed. */
    public static final Variable TRAFFIC_COUNT = after(MEM_HOTPLUG_LOCK, "traffic_count", 8, 1);
    /** Maps since the load's device was attached. */
    public static final Variable TRAFFIC_MAPS = after(TRAFFIC_COUNT, "traffic_maps", 4, 1);

    /** A word of a unit's bitmap of domain-ids. */
    public static final Struct DOMAIN_IDS = Struct.word("domain_ids", 8);
    /** A word of a unit's bitmap of copied context entries. */
    public static final Struct COPIED_TABLES = Struct.word("copied_tables", 8);
    /** 0 if what is unmapped is flushed in batches. */
    public static final Variable STRICT = after(TRAFFIC_MAPS, "intel_iommu_strict", 4, 1);
    /** 1 if devices get all memory at its own address. */
    public static final Variable IDENTITY = after(STRICT, "iommu_identity_mapping", 4, 1);
    /** 1 if units pass requests of such devices through. */
    public static final Variable PASS_THROUGH = after(IDENTITY, "hw_pass_through", 4, 1);
    /** The domain of such devices; 0 if there is none. */
    public static final Variable SI_DOMAIN = after(PASS_THROUGH, "si_domain", 8, 1);
    /** First block of memory that was added. */
    public static final Variable MEMORY_BLOCKS = after(SI_DOMAIN, "memory_blocks", 8, 1);
    /** 1 if scalable mode is used where a unit has it. */
    public static final Variable SCALABLE = after(MEMORY_BLOCKS, "intel_iommu_sm", 4, 1);
    /** What the DMAR table says of address translation services. */
    public static final Variable ATS_SCOPES = after(SCALABLE, "dmar_atsr_units", 8, 1);
    /** First bridge. */
    public static final Variable BRIDGES = after(ATS_SCOPES, "pci_bridges", 8, 1);

    private static final List<Variable> ALL = List.of(RAM_BYTES, ACPI_DMAR, PAGE_BASE, PAGE_TAKEN, PAGE_USED, PAGE_HINT,
            KDUMP, RESET_DEVICES, SYSTEM_STATE, SLEEP, DEVICE_DOMAIN_LOCK, IOMMUS, RMRRS, DEVICES,
            ZONE_LOCK, MEM_HOTPLUG_LOCK, TRAFFIC_COUNT, TRAFFIC_MAPS, STRICT, IDENTITY, PASS_THROUGH, SI_DOMAIN,
            MEMORY_BLOCKS, SCALABLE, ATS_SCOPES, BRIDGES);

    private KernelLayout() { }

    private static Variable after(Variable last, String name, int widthBytes, int count) {
        long end = last.address() + (long) last.widthBytes() * last.count();
        return new Variable(name, end + widthBytes - 1 & -widthBytes, widthBytes, count);
    }

    /** Declares the kernel's data in a store. */
    public static KernelMemory declare(Store store) {
        KernelMemory memory = new KernelMemory(store, BASE, STATIC_BYTES, HEAP_BYTES, List.of(IntelIommu.STRUCT,
                DmarDomain.STRUCT, Device.STRUCT, RmrrUnit.STRUCT, Iova.STRUCT, Buffer.STRUCT, DOMAIN_IDS,
                COPIED_TABLES));
        for (Variable variable : ALL) {
            Variable declared = memory.array(variable.name(), variable.widthBytes(), variable.count());
            if (!declared.equals(variable)) {
                throw new IllegalStateException(variable.name() + " at 0x" + Long.toHexString(declared.address())
                        + ", the layout has it at 0x" + Long.toHexString(variable.address()));
            }
        }
        return memory;
    }

    /** Another kernel starts at these addresses: its data is zero, whatever the last one kept there. */
    public static void startOver(KernelMemory memory) {
        for (int offset = 0; offset < STATIC_BYTES; offset += 8) {
            memory.store(BASE + offset, 8, 0);
        }
        for (int offset = 0; offset < HEAP_BYTES; offset += 64) {
            memory.free(BASE + STATIC_BYTES + offset);
        }
    }

    /** {@code struct intel_iommu}: a remapping unit. */
    public static final class IntelIommu {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("intel_iommu");
        /** Address of its registers. */
        public static final Field REG = STRUCT.field("reg", 8);
        /** Its CAP. */
        public static final Field CAP = STRUCT.field("cap", 8);
        /** Its ECAP. */
        public static final Field ECAP = STRUCT.field("ecap", 8);
        /** Kernel address of the root table. */
        public static final Field ROOT_ENTRY = STRUCT.field("root_entry", 8);
        /** Address of the bitmap of domain-ids. */
        public static final Field DOMAIN_IDS = STRUCT.field("domain_ids", 8);
        /** Address of the bitmap of copied context entries; 0 if none were copied. */
        public static final Field COPIED_TABLES = STRUCT.field("copied_tables", 8);
        /** Its invalidation queue; 0 while flushes go by register. */
        public static final Field QI = STRUCT.field("qi", 8);
        /** Next unit. */
        public static final Field NEXT = STRUCT.field("next", 8);
        /** Persistent bits of GCMD. */
        public static final Field GCMD = STRUCT.field("gcmd", 4);
        /** Number, as in dmar0. */
        public static final Field SEQ_ID = STRUCT.field("seq_id", 4);
        /** Adjusted guest address width in use. */
        public static final Field AGAW = STRUCT.field("agaw", 4);
        /** Largest supported one. */
        public static final Field MSAGAW = STRUCT.field("msagaw", 4);
        /** Bit 0: translation was on when this kernel came. */
        public static final Field FLAGS = STRUCT.field("flags", 4);
        /** Protects registers. */
        public static final Field REGISTER_LOCK = STRUCT.field("register_lock", 4);
        /** Protects root and context tables and domain-ids. */
        public static final Field LOCK = STRUCT.field("lock", 4);
        /** PCI segment of its devices. */
        public static final Field SEGMENT = STRUCT.field("segment", 4);
        /** 1 if it serves all devices of its segment that no other unit serves. */
        public static final Field INCLUDE_ALL = STRUCT.field("include_all", 4);
        /** Address of the {@link DeviceScope}s of its devices. */
        public static final Field DEVICES = STRUCT.field("devices", 8);
        /** Number of them. */
        public static final Field DEVICE_COUNT = STRUCT.field("devices_cnt", 4);
        /** {@link #FLAGS}: translation was on when this kernel came. */
        public static final long TRANS_PRE_ENABLED = 1;

        private IntelIommu() { }
    }

    /** {@code struct dmar_dev_scope}: a device of a unit. */
    public static final class DeviceScope {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("dmar_dev_scope");
        /** Bus, device and function, with the segment; all ones if there is no such device. */
        public static final Field SOURCE_ID = STRUCT.field("source_id", 4);
        /** Of a bridge, the bus behind it; else 1. */
        public static final Field FIRST_BUS = STRUCT.field("first_bus", 2);
        /** Of a bridge, the last bus behind it; else 0. */
        public static final Field LAST_BUS = STRUCT.field("last_bus", 2);

        private DeviceScope() { }
    }

    /** {@code struct pci_bus}: a bridge, and the buses behind it. */
    public static final class Bridge {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("pci_bus");
        /** Next bridge. */
        public static final Field NEXT = STRUCT.field("next", 8);
        /** Bus, device and function of the bridge, with the segment. */
        public static final Field SOURCE_ID = STRUCT.field("self", 4);
        /** Source-id that requests from behind it carry; all ones if each carries its own. */
        public static final Field ALIAS = STRUCT.field("alias", 4);
        /** The bus behind it. */
        public static final Field FIRST_BUS = STRUCT.field("number", 2);
        /** The last bus behind it. */
        public static final Field LAST_BUS = STRUCT.field("busn_end", 2);

        private Bridge() { }
    }

    /** {@code struct q_inval}: an invalidation queue. */
    public static final class QInval {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("q_inval");
        /** Kernel address of the descriptors. */
        public static final Field DESC = STRUCT.field("desc", 8);
        /** Kernel address of the status words, one of 4 bytes a descriptor. */
        public static final Field DESC_STATUS = STRUCT.field("desc_status", 8);
        /** Where the next descriptor goes. */
        public static final Field FREE_HEAD = STRUCT.field("free_head", 4);
        /** The oldest descriptor in use. */
        public static final Field FREE_TAIL = STRUCT.field("free_tail", 4);
        /** Free descriptors. */
        public static final Field FREE_COUNT = STRUCT.field("free_cnt", 4);
        /** Protects the queue. */
        public static final Field LOCK = STRUCT.field("q_lock", 4);

        private QInval() { }
    }

    /** {@code struct dmar_domain}: an address space. */
    public static final class DmarDomain {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("dmar_domain");
        /** Kernel address of its top table. */
        public static final Field PGD = STRUCT.field("pgd", 8);
        /** The remapping unit of its devices; of the domain of all devices, the one that can least. */
        public static final Field IOMMU = STRUCT.field("iommu", 8);
        /** First address range in use, highest first. */
        public static final Field IOVAS = STRUCT.field("iovad", 8);
        /** Its address width: (bits - 30) / 9. */
        public static final Field AGAW = STRUCT.field("agaw", 4);
        /** 1 if table walks snoop the processor's caches. */
        public static final Field COHERENT = STRUCT.field("iommu_coherency", 4);
        /** Kernel address of the {@link FlushQueueEntry}s; 0 if unmapping is strict. */
        public static final Field FLUSH_QUEUE = STRUCT.field("fq", 8);
        /** The oldest entry of the queue. */
        public static final Field FLUSH_QUEUE_HEAD = STRUCT.field("fq_head", 4);
        /** Entries of the queue in use. */
        public static final Field FLUSH_QUEUE_COUNT = STRUCT.field("fq_count", 4);
        /** Protects the queue. */
        public static final Field FLUSH_QUEUE_LOCK = STRUCT.field("fq_lock", 4);
        /** 1 while the function of the queue's timer runs. */
        public static final Field FLUSH_TIMER_RUNS = STRUCT.field("fq_timer_runs", 4);
        /** Flushes of the domain-id for the queue that were begun. */
        public static final Field FLUSHES_STARTED = STRUCT.field("fq_flush_start_cnt", 8);
        /** Flushes of the domain-id for the queue that are done. */
        public static final Field FLUSHES_FINISHED = STRUCT.field("fq_flush_finish_cnt", 8);
        /** Protects the address ranges. */
        public static final Field IOVA_LOCK = STRUCT.field("iova_rbtree_lock", 4);
        /** By number of the unit, its domain-id there; 0 while it is not there. */
        public static final Field DID = STRUCT.array("iommu_did[0]", 4, UNITS);
        /** By number of the unit, devices attached there. */
        public static final Field DEVICES = STRUCT.array("iommu_refcnt[0]", 4, UNITS);

        private DmarDomain() { }
    }

    /** {@code struct iova_fq_entry}: a range that is unmapped and not yet flushed. */
    public static final class FlushQueueEntry {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("iova_fq_entry");
        /** First page frame. */
        public static final Field PFN = STRUCT.field("iova_pfn", 8);
        /** Flushes that were begun before it was queued: a later one covers it. */
        public static final Field COUNTER = STRUCT.field("counter", 8);

        private FlushQueueEntry() { }
    }

    /** A device with its {@code device_domain_info}. */
    public static final class Device {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("device_domain_info");
        /** Next device. */
        public static final Field NEXT = STRUCT.field("next", 8);
        /** Its remapping unit. */
        public static final Field IOMMU = STRUCT.field("iommu", 8);
        /** Its domain; 0 while it has none. */
        public static final Field DOMAIN = STRUCT.field("domain", 8);
        /** Where its registers are. */
        public static final Field BAR = STRUCT.field("bar", 8);
        /** First mapping that its driver holds. */
        public static final Field BUFFERS = STRUCT.field("driver_buffers", 8);
        /** Kernel address of its PASID directory; 0 while it has none, and in legacy mode. */
        public static final Field PASID_DIRECTORY = STRUCT.field("pasid_table", 8);
        /** Offset of its ATS capability if it may use it; 0 if not. */
        public static final Field ATS_CAP = STRUCT.field("ats_cap", 2);
        /** 1 if ATS is on. */
        public static final Field ATS_ENABLED = STRUCT.field("ats_enabled", 2);
        /** Number of source-ids that its requests may carry. */
        public static final Field SOURCE_IDS = STRUCT.field("source_ids", 2);
        /** Bus, device and function, with the segment above them. */
        public static final Field SOURCE_ID = STRUCT.field("source_id", 4);
        /** The other source-ids that its requests may carry. */
        public static final Field ALIAS = STRUCT.array("dma_alias[0]", 4, ALIASES);
        /** The driver's lock: protects its list of mappings. */
        public static final Field DRIVER_LOCK = STRUCT.field("driver_lock", 4);

        private Device() { }
    }

    /** {@code struct dmar_rmrr_unit}, for one device. */
    public static final class RmrrUnit {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("dmar_rmrr_unit");
        /** Next region. */
        public static final Field NEXT = STRUCT.field("next", 8);
        /** First byte. */
        public static final Field BASE_ADDRESS = STRUCT.field("base_address", 8);
        /** Last byte. */
        public static final Field END_ADDRESS = STRUCT.field("end_address", 8);
        /** The device, with its segment. */
        public static final Field SOURCE_ID = STRUCT.field("source_id", 4);

        private RmrrUnit() { }
    }

    /** {@code struct dmar_atsr_unit} and {@code dmar_satc_unit}, for one device or for all root ports. */
    public static final class AtsScope {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("dmar_atsr_unit");
        /** Next scope. */
        public static final Field NEXT = STRUCT.field("next", 8);
        /** {@link #ROOT_PORT}, {@link #ALL_PORTS}, {@link #INTEGRATED} or {@link #INTEGRATED_REQUIRED}. */
        public static final Field KIND = STRUCT.field("kind", 4);
        /** The root port or the integrated device, with its segment. */
        public static final Field SOURCE_ID = STRUCT.field("source_id", 4);
        /** {@link #KIND}: what is behind a root port may use ATS. */
        public static final int ROOT_PORT = 0;
        /** {@link #KIND}: what is behind any root port may. */
        public static final int ALL_PORTS = 1;
        /** {@link #KIND}: an integrated device may. */
        public static final int INTEGRATED = 2;
        /** {@link #KIND}: an integrated device needs it; in legacy mode the unit turns it on by itself. */
        public static final int INTEGRATED_REQUIRED = 3;

        private AtsScope() { }
    }

    /** {@code struct iova}: a range of bus addresses in use. */
    public static final class Iova {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("iova");
        /** Next lower range. */
        public static final Field NEXT = STRUCT.field("next", 8);
        /** Highest page frame. */
        public static final Field PFN_HI = STRUCT.field("pfn_hi", 8);
        /** Lowest page frame. */
        public static final Field PFN_LO = STRUCT.field("pfn_lo", 8);

        private Iova() { }
    }

    /** {@code struct memory_block}: memory that was added while the kernel ran. */
    public static final class MemoryBlock {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("memory_block");
        /** Next block. */
        public static final Field NEXT = STRUCT.field("next", 8);
        /** Physical address. */
        public static final Field START = STRUCT.field("start", 8);
        /** Size in bytes. */
        public static final Field SIZE = STRUCT.field("size", 8);

        private MemoryBlock() { }
    }

    /** A mapping that a driver holds. */
    public static final class Buffer {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("dma_buffer");
        /** Next mapping. */
        public static final Field NEXT = STRUCT.field("next", 8);
        /** The device. */
        public static final Field DEVICE = STRUCT.field("device", 8);
        /** Bus address. */
        public static final Field ADDRESS = STRUCT.field("dma_addr", 8);
        /** Physical address. */
        public static final Field PHYSICAL = STRUCT.field("phys", 8);
        /** Size in bytes. */
        public static final Field SIZE = STRUCT.field("size", 8);
        /** Direction. */
        public static final Field DIRECTION = STRUCT.field("direction", 4);

        private Buffer() { }
    }
}
