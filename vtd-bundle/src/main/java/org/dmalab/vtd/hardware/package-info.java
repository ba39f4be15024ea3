/**
 * The hardware of a PC with VT-d remapping units, over the machine's store.
 *
 * <p>Can: the register file with widths, read-only and write-1-to-clear bits; translation of requests without PASID in
 * legacy mode, and in scalable mode with second-level translation and pass-through, with all tables read from machine
 * memory; context cache, PASID cache, IOTLB and paging-structure cache with tagging by profile; not-present entries
 * with CAP.CM; tables behind the processors' dirty lines (ECAP.C=0); context entries of legacy mode read half by half;
 * invalidation by register and by queue with its waits and errors; the TLBs of devices with address translation
 * services; primary fault logging; read and write ACPI DMAR tables; a RAID controller with its reset and no-op message.
 *
 * <p>Can't: first-level and nested translation, requests with PASID, page requests, interrupt remapping, advanced fault
 * logging, protected memory regions (PMEN reads back, and blocks nothing).
 *
 * <p>Specification: Intel Virtualization Technology for Directed I/O, by the names of its sections. What registers and
 * entries are made of is in {@link org.dmalab.vtd.spec}; the steps of a section stand above the code that does them.
 */
package org.dmalab.vtd.hardware;
