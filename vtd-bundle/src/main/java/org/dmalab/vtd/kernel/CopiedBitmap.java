package org.dmalab.vtd.kernel;

/**
 * Implemented by versions from 6.0 on: they keep the mark of a copied context entry in a bitmap by source-id. Kernel
 * code asks for it when it copies the tables; of other versions it marks bit 67 of the entry.
 */
public interface CopiedBitmap { }
