/**
 * Kernel code of pSeries that every variant shares: boot, the device tree, memblock, DMA windows and their list,
 * range helpers for TCEs, dynamic TCE mapping, the DMA API, memory hotplug by blocks and the notifier chain. After
 * arch/powerpc/platforms/pseries/iommu.c, arch/powerpc/kernel/iommu.c and dma-iommu.c, mm/memory_hotplug.c,
 * dlpar and kmem of Linux 6.1 to 6.15, a 64-bit little-endian kernel with 64 KiB pages.
 *
 * <p>Can: everything in the order of the real kernel, over kernel data with addresses
 * ({@link org.dmalab.pseries.kernel.KernelLayout}, {@link org.dmalab.pseries.kernel.Structs}) and over the device tree
 * that firmware left in memory.
 *
 * <p>Can't: page tables (memory is reached by the linear map), page migration when memory goes off line, NUMA nodes,
 * kdump and kexec, VFIO, sysfs, RCU; kfree of what was allocated at boot.
 *
 * <p>Reaches hardware through {@link org.dmalab.api.cpu.Cpu} only and keeps nothing.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.dmalab.pseries.kernel;
