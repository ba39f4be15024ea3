/** Commands that make variants of the C text of a patch and take them away again. */
package org.dmalab.shell.text;
