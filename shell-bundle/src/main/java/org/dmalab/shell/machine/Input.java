package org.dmalab.shell.machine;

import java.util.concurrent.Callable;

import org.dmalab.lab.InputException;
import org.dmalab.shell.command.CommandException;

/** Turns the lab's input errors into errors of a command with exit code 2. */
final class Input {
    private Input() { }

    static <T> T checked(Callable<T> work) throws InterruptedException {
        try {
            return work.call();
        } catch (InputException e) {
            throw new CommandException(CommandException.USAGE, e.getMessage(), e);
        } catch (RuntimeException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new CommandException(CommandException.BROKEN, String.valueOf(e.getMessage()), e);
        }
    }
}
