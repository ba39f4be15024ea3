package org.dmalab.shell.command;

/**
 * What a command returns when it has printed its result and the process is to end with this code. Null or anything else
 * counts as 0. A value other than 0 stops the rest of the line.
 *
 * @param value 0 all well, 1 fail, 2 usage or input error, 3 broken
 */
public record ExitCode(int value) { }
