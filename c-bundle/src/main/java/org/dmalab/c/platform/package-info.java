/** C text in the running platform: {@link org.dmalab.c.PatchImporter} over the folder of dropped-in bundles. */
package org.dmalab.c.platform;
