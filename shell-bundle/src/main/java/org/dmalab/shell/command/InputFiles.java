package org.dmalab.shell.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import org.dmalab.api.Tool;

/** Reads what a command is given from outside: regular files and streams of at most {@link Tool#MAXIMUM_BYTES}. */
public final class InputFiles {
    private InputFiles() { }

    /**
     * The content of a file.
     *
     * @param args of the command
     * @param what the argument or option that names the file, as an error says it: {@code option --dmar}
     * @param name of the file, as it was typed
     * @throws CommandException with exit code 2 if it can't be read, is no regular file or too large
     */
    public static byte[] read(Arguments args, String what, String name) {
        Path path;
        try {
            path = Path.of(name);
        } catch (InvalidPathException e) {
            throw args.wrong(what + ": " + e.getMessage());
        }
        if (!Files.exists(path)) {
            throw args.wrong(what + ": there is no file " + path);
        }
        if (!Files.isRegularFile(path)) {
            throw args.wrong(what + ": " + path + " is a " + (Files.isDirectory(path) ? "directory" : "device or pipe")
                    + ", expected a regular file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return bounded(args, what, path.toString(), in);
        } catch (IOException e) {
            throw args.wrong(what + ": can't read " + path + ": "
                    + (Files.isReadable(path) ? e.getMessage() : "permission denied"));
        }
    }

    /**
     * What a stream still has.
     *
     * @param args of the command
     * @param what the argument or option that it stands for
     * @param name of the stream, as an error says it
     * @param in it
     * @throws CommandException with exit code 2 if it is too large
     */
    public static byte[] bounded(Arguments args, String what, String name, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(Tool.MAXIMUM_BYTES + 1);
        if (bytes.length > Tool.MAXIMUM_BYTES) {
            throw args.wrong(what + ": " + name + " is larger than " + (Tool.MAXIMUM_BYTES >> 20)
                    + " MiB; give the part that matters");
        }
        return bytes;
    }
}
