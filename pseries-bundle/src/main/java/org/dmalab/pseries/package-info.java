/**
 * IBM pSeries: a logical partition with TCE tables, dynamic DMA windows and memory hotplug; its presets and profiles,
 * actions and oracles, and the words of its timelines.
 *
 * <p>Can: reproduce what the memory notifier, enable_ddw and the DMA API of Linux do on a partition under PowerVM, KVM
 * or QEMU, from a real or a constructed device tree. Can't: run guest code, or tell how PowerVM does what it does not
 * publish; the profile {@code powervm} says what is assumed.
 */
package org.dmalab.pseries;
