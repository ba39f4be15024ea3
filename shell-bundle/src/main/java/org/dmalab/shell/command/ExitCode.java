package org.dmalab.shell.command;

/**
 * What a command returns when it has printed its result and the process is to end with this code. Null or anything else
 * counts as 0.
 *
 * @param value 0 all well, 1 fail, 2 usage or input error, 3 broken
 * @param ends whether the rest of the line is not run
 */
public record ExitCode(int value, boolean ends) {

    /** All is well. */
    public static final ExitCode OK = new ExitCode(0);

    /** A code that ends the line unless it is 0. */
    public ExitCode(int value) {
        this(value, value != 0);
    }

    /** The code of a line whose next command has returned this one: the one that ends it, else the greatest. */
    public ExitCode then(ExitCode next) {
        return next.ends ? next : new ExitCode(Math.max(value, next.value), false);
    }
}
