package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;

/** The RTAS calls for dynamic DMA windows as the kernel makes and prints them. */
public final class Ddw {
    /** Index of the extension that names ibm,reset-pe-dma-window. */
    public static final int EXT_RESET = 1;
    /** Index of the extension that says how many results a query has. */
    public static final int EXT_QUERY_OUTPUTS = 2;
    /** Index of the extension for limited addresses. */
    public static final int EXT_LIMITED = 3;
    private static final long QUERY = Text.id("%s %s: ibm,query-pe-dma-windows(%x) %x %x %x returned %d, lb=%llx"
            + " ps=%x wn=%d");
    private static final long CREATE = Text.id("%s %s: ibm,create-pe-dma-window(%x) %x %x %x %x %x returned %d"
            + " (liobn = 0x%x starting addr = %x %x)");
    private static final long RESET_FAILED = Text.id("%s %s: ibm,reset-pe-dma-windows(%x) %x %x %x returned %d");
    private static final long REMOVE_FAILED = Text.id("%s: failed to remove DMA window: rtas returned %d to"
            + " ibm,remove-pe-dma-window(%x) %llx");
    private static final long CLEAR_FAILED = Text.id("%s failed to clear tces in window.");
    private static final long NO_LIMITED = Text.id("%s %s: Limited Address Space for DDW not Supported, err: %d");
    private static final long MAPPING = Text.id("%s %s: lsa_required: %x, lsa_enabled: %x, direct mapping: %x");
    private static final long QUERY_FAILED = Text.id("%s %s: spapr_tce_init_table_group: query_ddw failed");
    private static final long NO_DEFAULT = Text.id("%s %s: default dma window missing!");
    private static final long PCI = Text.id("pci");
    private static final long EPROTO = -71;
    private static final long EOVERFLOW = -75;
    private static final int BUSY_LOOP = 1;
    private static final int PAGE_SHIFT_BITS = 9;

    private Ddw() { }

    /** What a query returned; numbers are 0 if it failed. */
    public record Query(long status, long available, long largestBlockTces, long pageMask) { }

    /** What a creation returned; numbers are 0 if it failed. */
    public record Created(long status, long liobn, long busAddress) { }

    /** Token of one of ibm,ddw-applicable (0 query, 1 create, 2 remove); -1 if the node has none. */
    public static long token(Cpu cpu, long pdn, int index) {
        long applicable = DeviceTree.value(cpu, pdn, DeviceTree.DDW_APPLICABLE, 12);
        return applicable == 0 ? -1 : BigEndian.load(cpu, applicable + 4L * index, 4);
    }

    /** ddw_read_ext: an extension; -EINVAL without the property, -EOVERFLOW if it is too short. */
    @KernelFunction("ddw_read_ext")
    public static long extension(Cpu cpu, long pdn, int index) {
        long extensions = DeviceTree.value(cpu, pdn, DeviceTree.DDW_EXTENSIONS, 4);
        if (extensions == 0) {
            return Errno.EINVAL;
        }
        return BigEndian.load(cpu, extensions, 4) < index ? EOVERFLOW
                : BigEndian.load(cpu, extensions + 4L * index, 4);
    }

    /** iommu_get_page_shift: the largest page size of a mask, as a shift; 0 if there is none. */
    @KernelFunction("iommu_get_page_shift")
    public static int pageShift(long mask) {
        int largest = 0;
        for (int bit = 0; bit < PAGE_SHIFT_BITS; bit++) {
            if ((mask >>> bit & 1) != 0) {
                largest = Math.max(largest, pageShiftOf(bit));
            }
        }
        return largest;
    }

    private static int pageShiftOf(int bit) {
        return switch (bit) {
            case 0 -> 12;
            case 1 -> 16;
            case 2 -> 24;
            case 3 -> 25;
            case 4 -> 26;
            case 5 -> 27;
            case 6 -> 28;
            case 7 -> 34;
            default -> 21;
        };
    }

    /** order_base_2: the binary logarithm rounded up, of an unsigned number; 0 for 0 and 1. */
    public static int orderBase2(long number) {
        return number == 0 || number == 1 ? 0 : 64 - Long.numberOfLeadingZeros(number - 1);
    }

    /** query_ddw. */
    @KernelFunction("query_ddw")
    public static Query query(Cpu cpu, long device, long pdn) {
        return query(cpu, cpu.load(device, PciDev.DRIVER), cpu.load(device, PciDev.NAME),
                configAddress(cpu, device), pdn);
    }

    private static Query query(Cpu cpu, long driver, long name, long configAddress, long pdn) {
        int outputs = extension(cpu, pdn, EXT_QUERY_OUTPUTS) == 1 ? 6 : 5;
        long token = token(cpu, pdn, 0);
        long buid = buid(cpu, pdn);
        long block = RtasCall.begin(cpu, token, 3, outputs);
        endpoint(cpu, block, configAddress, buid);
        long status = RtasCall.call(cpu, block, 3);
        long available = RtasCall.result(cpu, block, 3, 1);
        long largest = RtasCall.result(cpu, block, 3, 2);
        int next = 3;
        if (outputs == 6) {
            largest = largest << 32 | RtasCall.result(cpu, block, 3, next++);
        }
        long mask = RtasCall.result(cpu, block, 3, next);
        RtasCall.end(cpu);
        cpu.printk(QUERY, driver, name, token, configAddress, buid >>> 32, buid & 0xffffffffL, status, largest, mask,
                available);
        return new Query(status, available, largest, mask);
    }

    /** create_ddw: repeated while the firmware is busy. */
    @KernelFunction("create_ddw")
    public static Created create(Cpu cpu, long device, long pdn, long pageShift, long windowShift) {
        long token = token(cpu, pdn, 1);
        long buid = buid(cpu, pdn);
        long configAddress = configAddress(cpu, device);
        long status;
        long liobn;
        long high;
        long low;
        do {
            cpu.mark(BUSY_LOOP, device, pageShift, windowShift);
            long block = RtasCall.begin(cpu, token, 5, 4);
            endpoint(cpu, block, configAddress, buid);
            RtasCall.argument(cpu, block, 3, pageShift);
            RtasCall.argument(cpu, block, 4, windowShift);
            status = RtasCall.call(cpu, block, 5);
            liobn = RtasCall.result(cpu, block, 5, 1);
            high = RtasCall.result(cpu, block, 5, 2);
            low = RtasCall.result(cpu, block, 5, 3);
            RtasCall.end(cpu);
        } while (RtasCall.busyDelay(cpu, status));
        cpu.printk(CREATE, cpu.load(device, PciDev.DRIVER), cpu.load(device, PciDev.NAME), token,
                configAddress, buid >>> 32, buid & 0xffffffffL, pageShift, windowShift, status, liobn, high, low);
        return new Created(status, liobn, high << 32 | low);
    }

    /** __remove_dma_window. */
    @KernelFunction("__remove_dma_window")
    public static void remove(Cpu cpu, long pdn, long liobn) {
        long token = token(cpu, pdn, 2);
        long block = RtasCall.begin(cpu, token, 1, 1);
        RtasCall.argument(cpu, block, 0, liobn);
        long status = RtasCall.call(cpu, block, 1);
        RtasCall.end(cpu);
        if (status != 0) {
            cpu.printk(REMOVE_FAILED, cpu.load(pdn, DeviceNode.FULL_NAME), status, token, liobn);
        }
    }

    /** clean_dma_window: clears every TCE of a window. */
    @KernelFunction("clean_dma_window")
    public static void clean(PseriesKernel kernel, Cpu cpu, long pdn, long prop) {
        long shift = BigEndian.load(cpu, prop, WindowProp.WINDOW_SHIFT);
        long pages = shiftLeft(1, shift - Pages.PAGE_SHIFT);
        if (kernel.tce_clearrange_multi_pSeriesLP(cpu, 0, pages, prop) != 0) {
            cpu.printk(CLEAR_FAILED, cpu.load(pdn, DeviceNode.FULL_NAME));
        }
    }

    /** spapr_tce_init_table_group: what it makes of the answer is for user space drivers. */
    @KernelFunction("spapr_tce_init_table_group")
    public static void initTableGroup(Cpu cpu, long pdn, long sourceId) {
        if (cpu.load(KernelLayout.IS_KDUMP) != 0) {
            return;
        }
        long name = PciDevices.name(sourceId);
        if (DeviceTree.property(cpu, pdn, DeviceTree.DMA_WINDOW) == 0) {
            cpu.printk(NO_DEFAULT, PCI, name);
        }
        if (token(cpu, pdn, 0) >= 0 && query(cpu, PCI, name, sourceId << 8, pdn).status() != 0) {
            cpu.printk(QUERY_FAILED, PCI, name);
        }
    }

    /** The end of enable_ddw. */
    public static void sayMapping(Cpu cpu, long device, boolean limited, boolean inForce,
            boolean direct) {
        cpu.printk(MAPPING, cpu.load(device, PciDev.DRIVER), cpu.load(device, PciDev.NAME), limited ? 1 : 0,
                inForce ? 1 : 0, direct ? 1 : 0);
    }

    /** {@code sld} of ppc64, which looks at seven bits of the count: 64 and more leave nothing. */
    private static long shiftLeft(long value, long count) {
        return (count & 64) != 0 ? 0 : value << count;
    }

    /** reset_dma_window: back to the default window alone. */
    public static void reset(Cpu cpu, long device, long pdn) {
        long token = extension(cpu, pdn, EXT_RESET);
        if (token >= 0) {
            reset(cpu, device, pdn, token, false);
        }
    }

    /** limited_dma_window: asks for windows that the device can address; 0 or a negative error number. */
    @KernelFunction("limited_dma_window")
    public static long limit(Cpu cpu, long device, long pdn) {
        long token = extension(cpu, pdn, EXT_RESET);
        if (token < 0) {
            return token;
        }
        long limited = extension(cpu, pdn, EXT_LIMITED);
        if (limited > 0) {
            return reset(cpu, device, pdn, token, true);
        }
        long error = limited == 0 ? EPROTO : limited;
        cpu.printk(NO_LIMITED, cpu.load(device, PciDev.DRIVER), cpu.load(device, PciDev.NAME), error);
        return error;
    }

    private static long reset(Cpu cpu, long device, long pdn, long token, boolean limited) {
        long buid = buid(cpu, pdn);
        long configAddress = configAddress(cpu, device);
        int arguments = limited ? 4 : 3;
        long block = RtasCall.begin(cpu, token, arguments, 1);
        endpoint(cpu, block, configAddress, buid);
        if (limited) {
            RtasCall.argument(cpu, block, 3, 1);
        }
        long status = RtasCall.call(cpu, block, arguments);
        RtasCall.end(cpu);
        if (status != 0) {
            cpu.printk(RESET_FAILED, cpu.load(device, PciDev.DRIVER), cpu.load(device, PciDev.NAME),
                    token, configAddress, buid >>> 32, buid & 0xffffffffL, status);
        }
        return status;
    }

    private static void endpoint(Cpu cpu, long block, long configAddress, long buid) {
        RtasCall.argument(cpu, block, 0, configAddress);
        RtasCall.argument(cpu, block, 1, buid >>> 32);
        RtasCall.argument(cpu, block, 2, buid);
    }

    private static long buid(Cpu cpu, long pdn) {
        long reg = DeviceTree.value(cpu, pdn, DeviceTree.REG, 8);
        return reg == 0 ? 0 : BigEndian.load(cpu, reg, 8);
    }

    /** Bus number {@code << 16} | device and function {@code << 8}. */
    private static long configAddress(Cpu cpu, long device) {
        return cpu.load(device, PciDev.SOURCE_ID) << 8;
    }
}
