package org.dmalab.shell.command;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Reads lines within a command: at a terminal with editing, history and completion, from a pipe or file as they are.
 * There the prompt and each line are printed, so that what comes out is a transcript.
 */
public final class Prompt implements AutoCloseable {

    /** The session variable with the terminal of the interactive shell, which commands share; set by the launcher. */
    public static final String TERMINAL = "dmalab.terminal";

    private final LineReader reader;
    private final Terminal own;
    private final InputStream in;
    private final PrintStream out;

    private Prompt(LineReader reader, Terminal own, InputStream in, PrintStream out) {
        this.reader = reader;
        this.own = own;
        this.in = in;
        this.out = out;
    }

    /** Proposes words. */
    @FunctionalInterface
    public interface Words {
        /**
         * The candidates for the last of some words; the prompt filters by what has been typed.
         *
         * @param words the words of the line up to the cursor, the last one being typed
         */
        List<Candidate> candidates(List<String> words);
    }

    /** Whether input and output are a terminal. */
    public static boolean atTerminal() {
        Console console = System.console();
        try {
            // From JDK 22 on there may be a console without a terminal; the method that tells is as new.
            return console != null && (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens the terminal if there is one, else standard input. */
    public static Prompt open(CommandSession session, Words words) {
        Process process = Process.Utils.current();
        boolean terminal = atTerminal() && (process == null || (process.isTty(0) && process.isTty(1)));
        if (!terminal) {
            return new Prompt(null, null, System.in, System.out);
        }
        if (session.get(TERMINAL) instanceof Terminal shared) {
            return new Prompt(reader(shared, words), null, System.in, System.out);
        }
        try {
            Terminal own = terminal();
            return new Prompt(reader(own, words), own, System.in, System.out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The terminal of the process, for those who find none in the session. JLine looks for its providers through the
     * context class loader, which here knows nothing of JLine.
     */
    public static Terminal terminal() throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(TerminalBuilder.class.getClassLoader());
        try {
            return TerminalBuilder.builder().system(true).nativeSignals(true).build();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static LineReader reader(Terminal terminal, Words words) {
        DefaultParser parser = new DefaultParser();
        parser.setEscapeChars(null);
        parser.setQuoteChars(new char[0]);
        return LineReaderBuilder.builder().appName("dmalab").terminal(terminal).parser(parser)
            .completer((reader, line, candidates) ->
                candidates.addAll(words.candidates(line.words().subList(0, line.wordIndex() + 1))))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    }

    /** A line without its end; null at the end of the input, at Ctrl-D, at Ctrl-C, or if the thread is interrupted. */
    public String readLine(String prompt) {
        if (reader == null) {
            out.print(prompt);
            out.flush();
            String line = readInput();
            out.println(line == null ? "" : line);
            return line;
        }
        try {
            return reader.readLine(prompt);
        } catch (UserInterruptException | EndOfFileException e) {
            return null;
        }
    }

    /** Takes no byte more than the line from the input: what follows may be for somebody else. */
    private String readInput() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
                }
                line.write(next);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            if (own != null) {
                own.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
