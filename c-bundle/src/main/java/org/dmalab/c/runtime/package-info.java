/**
 * Runs a module of C text: memory, imports, instances. The WebAssembly run time below it is Endive, whose classes
 * are in
 * this bundle; nobody else sees them.
 */
package org.dmalab.c.runtime;
