package org.dmalab.shell.command;

/** Ends a command with a message of one line and an exit code. The launcher prints it; no stack trace is shown. */
public class CommandException extends RuntimeException {

    /** A verdict was {@code fail}, or a check found a difference. */
    public static final int FAIL = 1;
    /** Wrong usage or wrong input. */
    public static final int USAGE = 2;
    /** The lab itself could not do it. */
    public static final int BROKEN = 3;
    /** Ctrl-C has ended it. */
    public static final int INTERRUPTED = 130;

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    public CommandException(int exitCode, String message) {
        this(exitCode, message, null);
    }

    public CommandException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** Wrong usage or input: exit code 2. */
    public static CommandException usage(String message) {
        return new CommandException(USAGE, message);
    }

    public int exitCode() {
        return exitCode;
    }
}
