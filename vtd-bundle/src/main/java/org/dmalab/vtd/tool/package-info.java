/**
 * Commands that need no machine: DMAR tables and fault messages in words.
 *
 * <p>Can: read a DMAR table of firmware and say what is odd about it; explain the fault lines of kernel logs from
 * before 4.3 to today. Can't: read ACPI tables in the text form of {@code acpidump}, compressed logs, or the entries
 * that newer kernels dump after a fault.
 */
package org.dmalab.vtd.tool;
