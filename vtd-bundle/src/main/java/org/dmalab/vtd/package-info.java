/**
 * Intel VT-d: a PC with the remapping units of its DMAR table and with devices, those of a list, or a RAID controller
 * at 02:00.0, a network card at 00:05.0 and a USB controller at 80:14.0; presets, profiles, the actions of its kernel,
 * drivers and devices.
 *
 * <p>Can: boot, crash and kdump bring-up with copied tables, DMA mappings, DMA by devices, the hpsa driver's reset and
 * no-op. What it can't is said by the packages below.
 */
package org.dmalab.vtd;
