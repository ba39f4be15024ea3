/**
 * The actions: what a kernel, its drivers, devices and a person do to a PC with a remapping unit, one event each.
 *
 * <p>Can: boot, crash and kdump, attach and detach, mappings and their end, DMA and resets of devices, memory that
 * comes and goes. Can't: keep anything.
 */
package org.dmalab.vtd.action;
