package org.dmalab.shell.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.dmalab.shell.command.Prompt;
import org.dmalab.shell.command.Terminals;
import org.jline.reader.EndOfFileException;
import org.jline.reader.EOFError;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The prompt: line editing, history in the home directory, completion; Ctrl-C ends the command, Ctrl-D the shell. */
final class InteractiveShell {

    private static final Logger LOG = LoggerFactory.getLogger(InteractiveShell.class);
    private static final String PROMPT = "dmalab> ";

    private final LineRunner runner;
    private final CommandCatalog catalog;

    InteractiveShell(LineRunner runner, CommandCatalog catalog) {
        this.runner = runner;
        this.catalog = catalog;
    }

    int run() throws IOException {
        try (Terminal terminal = Prompt.terminal()) {
            runner.terminal(terminal);
            LineReader reader = reader(terminal);
            String prompt = prompt(terminal);
            while (true) {
                try {
                    execute(terminal, reader.readLine(prompt));
                } catch (UserInterruptException e) {
                    // Ctrl-C at the prompt drops the line.
                } catch (EndOfFileException | ExitRequested e) {
                    return 0;
                }
            }
        }
    }

    private LineReader reader(Terminal terminal) {
        LineReader reader = LineReaderBuilder.builder()
            .appName("dmalab")
            .terminal(terminal)
            .parser(new StatementParser())
            .completer(new CommandCompleter(catalog))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, "   ...> ")
            .build();
        Path history = Path.of(System.getProperty("user.home"), ".dmalab_history");
        try {
            if (Files.notExists(history)) {
                Files.createFile(history,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            reader.setVariable(LineReader.HISTORY_FILE, history);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("no history is kept: can't create {} ({})", history, e.toString());
        }
        return reader;
    }

    private static String prompt(Terminal terminal) {
        return !Terminals.colours() ? PROMPT
                : new AttributedStringBuilder().styled(AttributedStyle.BOLD, PROMPT).toAnsi(terminal);
    }

    private void execute(Terminal terminal, String line) {
        Thread worker = Thread.currentThread();
        Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, signal -> runner.interrupt(worker));
        try {
            runner.run(line);
        } finally {
            terminal.handle(Terminal.Signal.INT, before);
            // An interrupt that came after the command's end must not hit the next one.
            Thread.interrupted();
        }
    }

    /** Takes a line as finished only when its quotes and brackets are closed. */
    private static final class StatementParser implements Parser {
        private final DefaultParser words = new DefaultParser();

        StatementParser() {
            words.setEofOnEscapedNewLine(false);
            words.setEofOnUnclosedQuote(false);
        }

        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            if (context == ParseContext.ACCEPT_LINE && StatementSplitter.unfinished(line)) {
                throw new EOFError(-1, cursor, "the statement is not finished");
            }
            return words.parse(line, cursor, context);
        }
    }
}
