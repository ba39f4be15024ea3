/**
 * C text as a variant: {@link org.dmalab.c.CText} is what the class of a variant calls.
 *
 * <p>Can: run the functions of a kernel patch as the compiler makes them from unmodified text, with every shared load
 * and store a call of the {@link org.dmalab.api.cpu.Cpu} in the order of the source. Can't: run inline assembly, whole
 * drivers, floating point, or code that keeps the address of a local variable where others look for it.
 */
@Export
@Version("0.1.0")
package org.dmalab.c;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
