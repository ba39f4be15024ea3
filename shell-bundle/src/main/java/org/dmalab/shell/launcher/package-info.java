/**
 * Starts the command line: forms of the arguments, the interactive shell over Gogo and JLine, and the commands
 * {@code help}, {@code version} and {@code exit}. It knows no machine, patch or scenario.
 */
package org.dmalab.shell.launcher;
