package org.dmalab.shell.tool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import org.dmalab.api.Parameter;
import org.dmalab.api.Tool;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.InputFiles;

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
            return new Tool.Document(word, InputFiles.read(args, "argument " + argument, word));
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

    private static byte[] standardInput(Arguments args, String argument) {
        try {
            return InputFiles.bounded(args, "argument " + argument, "standard input", System.in);
        } catch (IOException e) {
            throw args.wrong("argument " + argument + ": can't read standard input: " + e.getMessage());
        }
    }
}
