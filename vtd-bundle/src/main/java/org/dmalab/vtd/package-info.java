/**
 * Intel VT-d: a PC with one remapping unit, a RAID controller at 02:00.0 and a network card at 00:05.0; presets,
 * profiles, the actions of its kernel, drivers and devices.
 *
 * <p>Can: boot, crash and kdump bring-up with copied tables, DMA mappings, DMA by devices, the hpsa driver's reset and
 * no-op. Can't: more than one unit, queued invalidation by the kernel; see the packages below for theirs.
 */
package org.dmalab.vtd;
