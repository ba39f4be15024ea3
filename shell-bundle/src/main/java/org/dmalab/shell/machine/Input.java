package org.dmalab.shell.machine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import org.dmalab.api.Tool;
import org.dmalab.lab.InputException;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;

/** Turns the lab's input errors into errors of a command with exit code 2. */
final class Input {
    private Input() { }

    /** The bytes of the file that an option names. */
    static byte[] file(Arguments args, String option, String name) {
        try {
            Path path = Path.of(name);
            if (!Files.exists(path)) {
                throw args.wrong("option " + option + ": there is no file " + name);
            }
            if (!Files.isRegularFile(path)) {
                throw args.wrong("option " + option + ": " + name + " is a "
                        + (Files.isDirectory(path) ? "directory" : "device or pipe") + ", expected a regular file");
            }
            try (InputStream in = Files.newInputStream(path)) {
                byte[] bytes = in.readNBytes(Tool.MAXIMUM_BYTES + 1);
                if (bytes.length > Tool.MAXIMUM_BYTES) {
                    throw args.wrong("option " + option + ": " + name + " is larger than "
                            + (Tool.MAXIMUM_BYTES >> 20) + " MiB; give the part that matters");
                }
                return bytes;
            }
        } catch (InvalidPathException | IOException e) {
            throw args.wrong("option " + option + ": can't read " + name + ": " + e.getMessage());
        }
    }

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
