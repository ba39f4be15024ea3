/** The oracles that know this architecture: cache operations hit the page they are meant for; slots are given back. */
package org.dmalab.mips.oracle;
