/**
 * Commands that need no machine: each registered {@link org.dmalab.api.Tool} is a command, {@code dmar.show} is
 * {@code dmar:show FILE}.
 *
 * <p>Can: read the files that a tool takes (regular ones of at most {@link org.dmalab.api.Tool#MAXIMUM_BYTES}), write
 * its result as text or JSON, complete names of files. Can't: judge; what a file says is the tool's.
 */
package org.dmalab.shell.tool;
