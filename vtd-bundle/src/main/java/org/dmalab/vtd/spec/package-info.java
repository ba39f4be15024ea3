/**
 * What the specification lays down for hardware and software alike: the fields of registers, of the entries of tables,
 * and of invalidation descriptors, by the names that it gives them. What hardware does with them is in
 * {@code hardware}, what the kernel does in {@code kernel}.
 *
 * <p>Specification: Register Descriptions; Translation Structure Formats; Queued Invalidation Interface.
 */
package org.dmalab.vtd.spec;
