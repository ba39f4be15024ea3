package org.dmalab.shell.command;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.VisibleStream;
import org.dmalab.lab.VisibleText;

/**
 * Where a command writes its result. Text goes to standard output; a document ({@code json}, {@code junit},
 * {@code ktap}) too, but then the launcher has turned everything else on the line to standard error; with
 * {@code --output FILE} either goes to the file. Progress and remarks always go to standard error.
 */
public final class Output implements AutoCloseable {

    /** The session variable with the stream for documents; set by the launcher for each line. */
    public static final String DOCUMENT_STREAM = "dmalab.document";

    private final PrintStream raw;
    private final PrintStream stream;
    private final PrintStream remarks;
    private final String format;
    private final Path file;

    private Output(PrintStream raw, PrintStream remarks, String format, Path file) {
        this.raw = raw;
        this.stream = new VisibleStream(raw);
        this.remarks = remarks;
        this.format = format;
        this.file = file;
    }

    /** Opens what {@code --format} and {@code --output} say. */
    public static Output open(CommandSession session, Arguments args) {
        String format = args.option("--format", "text");
        if (args.has("--output")) {
            Path file = Path.of(args.option("--output", ""));
            return new Output(openFile(args, file), System.err, format, file);
        }
        boolean document = !format.equals("text");
        PrintStream stream = document && session.get(DOCUMENT_STREAM) instanceof PrintStream out ? out : System.out;
        return new Output(stream, System.err, format, null);
    }

    /** Says before any work that a file of {@code --output} can't be written; no file is touched. */
    public static void check(Arguments args) {
        if (!args.has("--output")) {
            return;
        }
        try {
            Path file = Path.of(args.option("--output", ""));
            requirePlace(args, file);
            if (!Files.isWritable(Files.exists(file) ? file : file.toAbsolutePath().getParent())) {
                throw args.wrong("option --output: can't write " + file + ": permission denied");
            }
        } catch (InvalidPathException e) {
            throw args.wrong("option --output names no file: " + e.getMessage());
        }
    }

    private static void requirePlace(Arguments args, Path file) {
        if (Files.isDirectory(file)) {
            throw args.wrong("option --output names a directory, not a file: " + file);
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw args.wrong("option --output: there is no directory " + folder);
        }
    }

    private static PrintStream openFile(Arguments args, Path file) {
        requirePlace(args, file);
        try {
            return new PrintStream(new FileOutputStream(file.toFile()), false, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw args.wrong("option --output: can't write " + file + ": " + e.getMessage());
        }
    }

    /** Where the result goes; no control character gets through. */
    public PrintStream stream() {
        return stream;
    }

    /** Prints text with its verdicts in colour; what else is in it gets no control character through. */
    public void colour(String text) {
        stream.flush();
        raw.print(Terminals.colour(VisibleText.of(text)));
    }

    /** Where progress and remarks go: standard error. */
    public PrintStream remarks() {
        return remarks;
    }

    /** {@code text} unless {@code --format} says otherwise. */
    public String format() {
        return format;
    }

    /** Whether the result is to be read by people. */
    public boolean text() {
        return format.equals("text");
    }

    /** Flushes; closes the file of {@code --output}, and fails with exit code 3 when it could not be written. */
    @Override
    public void close() {
        boolean failed = stream.checkError();
        if (file != null) {
            stream.close();
            if (failed || stream.checkError()) {
                throw new CommandException(CommandException.BROKEN, "could not write all of " + file);
            }
        }
    }
}
