/**
 * Keeps the lab safe from the code of variants that come from outside: what their classes refer to is read when they
 * are loaded, and their loops are counted.
 *
 * <p>Can: refuse a class with its line before any of its code runs; end a loop or a recursion that makes no call on a
 * Cpu. Can't: look into the platform's own bundles, whose variants are reviewed with them, nor into classes that no
 * bundle loads (tests on a plain class path).
 *
 * <p>Its classes {@link org.dmalab.lab.guard.Loops} and {@link org.dmalab.lab.guard.PatchOutput} are exported because
 * the woven code of variants calls them.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.lab.guard;
