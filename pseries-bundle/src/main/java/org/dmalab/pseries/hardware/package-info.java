/**
 * What is under the kernel of a logical partition: memory, TCE tables with their hypercalls, dynamic DMA windows by
 * RTAS, the way of a device's DMA through the tables, and the firmware's device tree.
 *
 * <p>Can: the four TCE hypercalls (LoPAR 14.5.4.2), {@code ibm,query-}, {@code create-}, {@code remove-} and
 * {@code reset-pe-dma-window} (LoPAR 7.3.31 and following) with the rules of QEMU's windows, behaviour that differs
 * between hypervisors as parameters ({@link org.dmalab.pseries.hardware.Behaviour}), several PCI host bridges
 * with two windows each, a partition reset, memory that comes and goes, flattened device trees of version 17, and the
 * faults of QEMU that end in its abort.
 *
 * <p>Can't: EEH recovery (a refused DMA freezes nothing, it is only announced), interrupts, PCI configuration space,
 * VIO, VFIO, migration of tables, or more than 2^40 TCEs in a window.
 *
 * <p>Knows nothing of kernels. All state is in regions of the machine's store.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.dmalab.pseries.hardware;
