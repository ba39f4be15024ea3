package org.dmalab.shell.launcher;

/** Thrown by the command {@code exit}: ends the shell, a script or a line without an error. */
final class ExitRequested extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ExitRequested() {
        super("exit", null, false, false);
    }
}
