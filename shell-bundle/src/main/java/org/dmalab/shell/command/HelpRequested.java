package org.dmalab.shell.command;

/** Thrown by {@link Arguments#parse} for {@code --help}; the launcher prints the usage and counts it as success. */
public final class HelpRequested extends CommandException {

    private static final long serialVersionUID = 1L;

    HelpRequested(CommandSpec spec) {
        super(0, spec.usage());
    }
}
