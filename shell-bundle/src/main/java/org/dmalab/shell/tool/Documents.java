package org.dmalab.shell.tool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import org.dmalab.api.Parameter;
import org.dmalab.api.Tool;
import org.dmalab.shell.command.Arguments;

/** Reads what a tool takes: regular files and standard input of bounded size, or a line as it was typed. */
final class Documents {
    private static final String STANDARD_INPUT = "-";

    private Documents() { }

    /** The document that an argument stands for; what is no file but has a blank in it is a line. */
    static Tool.Document read(Arguments args, String argument, Parameter parameter) {
        String word = args.get(argument);
        if (word.equals(STANDARD_INPUT)) {
            return new Tool.Document("standard input", standardInput(args, argument));
        }
        Path path = path(word);
        if (path != null && Files.exists(path)) {
            return new Tool.Document(word, content(args, argument, path));
        }
        if (parameter.type() == Parameter.Type.FILE_OR_LINE && word.indexOf(' ') >= 0) {
            return new Tool.Document(null, word.getBytes(StandardCharsets.UTF_8));
        }
        throw args.wrong("argument " + argument + ": there is no file " + word + " (" + parameter.summary() + ")");
    }

    private static Path path(String word) {
        try {
            return Path.of(word);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static byte[] content(Arguments args, String argument, Path path) {
        if (!Files.isRegularFile(path)) {
            throw args.wrong("argument " + argument + ": " + path + " is a "
                    + (Files.isDirectory(path) ? "directory" : "device or pipe") + ", expected a regular file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return bounded(args, argument, path.toString(), in);
        } catch (IOException e) {
            throw args.wrong("argument " + argument + ": can't read " + path + ": "
                    + (Files.isReadable(path) ? e.getMessage() : "permission denied"));
        }
    }

    private static byte[] standardInput(Arguments args, String argument) {
        try {
            return bounded(args, argument, "standard input", System.in);
        } catch (IOException e) {
            throw args.wrong("argument " + argument + ": can't read standard input: " + e.getMessage());
        }
    }

    private static byte[] bounded(Arguments args, String argument, String name, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(Tool.MAXIMUM_BYTES + 1);
        if (bytes.length > Tool.MAXIMUM_BYTES) {
            throw args.wrong("argument " + argument + ": " + name + " is larger than " + (Tool.MAXIMUM_BYTES >> 20)
                    + " MiB; give the part that matters");
        }
        return bytes;
    }
}
