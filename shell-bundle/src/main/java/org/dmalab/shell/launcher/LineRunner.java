package org.dmalab.shell.launcher;

import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.command.Job;
import org.apache.felix.service.threadio.ThreadIO;
import org.dmalab.lab.guard.Described;
import org.dmalab.lab.guard.UnusableVariant;
import org.dmalab.lab.VisibleStream;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.command.HelpRequested;
import org.dmalab.shell.command.Output;
import org.dmalab.shell.command.Prompt;
import org.dmalab.shell.command.Suggestions;
import org.jline.terminal.Terminal;

/** Runs lines of commands: where their output goes, which exit code they give, how errors are said. */
final class LineRunner implements AutoCloseable {

    private static final Set<String> DOCUMENT_FORMATS = Set.of("json", "junit", "ktap");
    /** Characters that make a statement more than a name and its arguments. */
    private static final String GOGO_SYNTAX = "|&<>$(){}[]`";
    private static final String GOGO = "org.apache.felix.gogo.";

    // Gogo replaces System.out by a stream that asks the session, so a session on System.out would ask itself.
    private final PrintStream out = stream(FileDescriptor.out);
    private final PrintStream err = new VisibleStream(new FileOutputStream(FileDescriptor.err));
    private final CommandProcessor processor;
    private final ThreadIO threadIo;
    private final CommandCatalog catalog;
    private final Supplier<List<String>> warnings;
    private final InputStream in;
    private final boolean debug;
    private final CommandSession onOut;
    private final CommandSession onErr;

    /**
     * Opens the sessions.
     *
     * @param warnings asked before each line for what the user should know
     */
    LineRunner(CommandProcessor processor, ThreadIO threadIo, CommandCatalog catalog, Supplier<List<String>> warnings,
        InputStream in, boolean debug) {
        this.warnings = warnings;
        this.processor = processor;
        this.threadIo = threadIo;
        this.catalog = catalog;
        this.in = in;
        this.debug = debug;
        onOut = session(out);
        onErr = session(err);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    private CommandSession session(PrintStream text) {
        CommandSession session = processor.createSession(in, text, err);
        session.put("SCOPE", CommandSpec.BARE_SCOPE + ":felix");
        // Names of scenarios and patches may contain asterisks; no command of ours wants names of files for them.
        session.put(CommandSession.OPTION_NO_GLOB, true);
        session.put(Output.DOCUMENT_STREAM, out);
        return session;
    }

    /** Commands that read lines by themselves share this terminal. */
    void terminal(Terminal terminal) {
        onOut.put(Prompt.TERMINAL, terminal);
        onErr.put(Prompt.TERMINAL, terminal);
    }

    /** Runs the statements of a text until one fails; none of them if the text leaves a quote or bracket open. */
    ExitCode run(String text) {
        Optional<String> unclosed = StatementSplitter.unclosed(text);
        if (unclosed.isPresent()) {
            return new ExitCode(report(CommandException.usage(unclosed.get() + "; nothing was run")));
        }
        warnings.get().forEach(warning -> err.println("warning: " + warning));
        List<String> statements = StatementSplitter.statements(text);
        CommandSession session = onOut;
        for (String statement : statements) {
            session = writesDocument(StatementSplitter.words(statement)) ? onErr : session;
        }
        ExitCode code = ExitCode.OK;
        for (String statement : statements) {
            code = code.then(runStatement(session, statement));
            if (code.ends()) {
                break;
            }
        }
        return code;
    }

    /** Runs one command with its arguments as they are. */
    ExitCode run(List<String> words) {
        warnings.get().forEach(warning -> err.println("warning: " + warning));
        CommandSession session = writesDocument(words) ? onErr : onOut;
        return guarded(session, () -> call(session, words));
    }

    private ExitCode runStatement(CommandSession session, String statement) {
        List<String> words = StatementSplitter.words(statement);
        boolean plain = statement.chars().noneMatch(c -> GOGO_SYNTAX.indexOf(c) >= 0);
        if (plain && catalog.find(words.get(0)).isPresent()) {
            return guarded(session, () -> call(session, words));
        }
        return guarded(session, () -> {
            if (plain && !words.get(0).contains("=") && !(words.size() > 1 && words.get(1).equals("="))) {
                function(session, words.get(0));
            }
            return session.execute(statement);
        });
    }

    private Object call(CommandSession session, List<String> words) throws Exception {
        Function function = function(session, words.get(0));
        threadIo.setStreams(in, session.getConsole(), err);
        try {
            return function.execute(session, new ArrayList<>(words.subList(1, words.size())));
        } finally {
            threadIo.close();
        }
    }

    private Function function(CommandSession session, String name) {
        // A closure that the user has defined is a variable; Gogo asks for a command without a scope like this.
        if (session.get(name) instanceof Function closure) {
            return closure;
        }
        if (name.indexOf(':') < 0 && session.get("*:" + name) instanceof Function command) {
            return command;
        }
        throw unknown(name);
    }

    private CommandException unknown(String name) {
        List<String> known = new ArrayList<>(catalog.specs().keySet());
        String hint = Suggestions.hint(name, known);
        return CommandException.usage("unknown command " + name + (hint.isEmpty() ? "; 'help' lists all" : hint));
    }

    private interface Action {
        Object run() throws Exception;
    }

    private ExitCode guarded(CommandSession session, Action action) {
        try {
            Object result = action.run();
            if (result instanceof ExitCode code) {
                return code;
            }
            if (result != null) {
                session.getConsole().println(session.format(result, Converter.INSPECT));
            }
            return ExitCode.OK;
        } catch (Throwable e) { // errors, too: the platform lives on
            if (cause(e) instanceof ExitRequested exit) {
                throw exit;
            }
            return new ExitCode(report(cause(e)));
        } finally {
            session.getConsole().flush();
        }
    }

    private static Throwable cause(Throwable e) {
        Throwable result = e;
        while (result instanceof InvocationTargetException && result.getCause() != null) {
            result = result.getCause();
        }
        return result;
    }

    /** Says on one line what went wrong and returns the exit code. */
    private int report(Throwable e) {
        if (e instanceof HelpRequested help) {
            out.print(help.getMessage());
            return 0;
        }
        int code = CommandException.BROKEN;
        String message = e instanceof UnusableVariant ? "broken: " + e.getMessage() : Described.of(e);
        if (e instanceof CommandException command) {
            code = command.exitCode();
            message = command.getMessage();
        } else if (e instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
            code = CommandException.INTERRUPTED;
            message = e instanceof RunInterrupted ? "interrupted: " + e.getMessage() : "interrupted";
        } else if (isGogos(e) || isArgumentMismatch(e)) {
            code = CommandException.USAGE;
            message = e.getMessage();
        }
        err.println("error: " + String.valueOf(message).replaceAll("\\s*\\R\\s*", " "));
        if (debug) {
            e.printStackTrace(err);
        }
        err.flush();
        return code;
    }

    /** Gogo's errors about a line; some of them have no class of their own. */
    private static boolean isGogos(Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        boolean general = e.getClass() == RuntimeException.class || e instanceof EOFException;
        return e.getClass().getName().startsWith(GOGO) || (general && trace.length > 0
            && trace[0].getClassName().startsWith(GOGO));
    }

    /** Gogo says so when no method fits the arguments of a command that has no description of ours. */
    private static boolean isArgumentMismatch(Throwable e) {
        return e instanceof IllegalArgumentException && String.valueOf(e.getMessage()).startsWith("Cannot coerce");
    }

    private static boolean writesDocument(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            String next = i + 1 < words.size() ? words.get(i + 1) : "";
            String format = words.get(i).equals("--format") ? "--format=" + next : words.get(i);
            if (format.startsWith("--format=") && DOCUMENT_FORMATS.contains(format.substring("--format=".length()))) {
                return true;
            }
        }
        return false;
    }

    /** Ends the command that the worker is running; may be called from any thread. */
    void interrupt(Thread worker) {
        // What Gogo runs, it runs in a thread of its own; interrupting the one that waits would leave the job behind.
        boolean job = false;
        for (CommandSession session : List.of(onOut, onErr)) {
            Job foreground = session.foregroundJob();
            if (foreground != null) {
                foreground.interrupt();
                job = true;
            }
        }
        if (!job) {
            worker.interrupt();
        }
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    /**
     * Tells whether a result was lost: standard output took not all of it, and not because its reader has gone.
     *
     * @return what the system says, or null
     */
    String lostOutput() {
        if (!out.checkError()) {
            return null;
        }
        // A PrintStream keeps the fact but not the reason, so ask once more.
        try (FileOutputStream again = new FileOutputStream(FileDescriptor.out)) {
            again.write('\n');
            return null;
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            return why.contains("Broken pipe") ? null : why;
        }
    }

    @Override
    public void close() {
        onOut.close();
        onErr.close();
        out.flush();
        err.flush();
    }
}
