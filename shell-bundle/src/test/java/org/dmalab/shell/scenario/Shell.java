package org.dmalab.shell.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.command.Output;

/** Runs commands as the launcher does, without Gogo, and keeps what they print. */
final class Shell {
    /** Set to a folder to have golden files written there instead of compared. */
    private static final String WRITE_GOLDEN = "dmalab.golden";

    private final List<CommandSet> sets;

    Shell(Catalog catalog) {
        RecentTokens tokens = new RecentTokens();
        sets = List.of(new ScenarioCommands(catalog), new RunCommands(catalog), new ExplorerCommands(catalog, tokens),
                new ReplayCommands(catalog),
                new PatchCommands(catalog), new TourCommand(catalog));
    }

    /** What a command did: its exit code, and what it printed where. */
    record Result(int code, String out, String err) { }

    Result run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        PrintStream newErr = new PrintStream(err, true, StandardCharsets.UTF_8);
        int code;
        try (PrintStream newOut = new PrintStream(out, true, StandardCharsets.UTF_8)) {
            System.setOut(newOut);
            System.setErr(newErr);
            code = call(newOut, words);
        } catch (CommandException e) {
            newErr.println("error: " + e.getMessage());
            code = e.exitCode();
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private int call(PrintStream out, String... words) {
        CommandSet set = sets.stream().filter(one -> one.commands().stream()
                .anyMatch(spec -> spec.name().equals(words[0]))).findFirst().orElseThrow();
        String function = words[0].substring(words[0].indexOf(':') + 1);
        CommandSession session = (CommandSession) Proxy.newProxyInstance(Shell.class.getClassLoader(),
                new Class<?>[] {CommandSession.class}, (proxy, method, arguments) ->
                        method.getName().equals("get") && arguments[0].equals(Output.DOCUMENT_STREAM) ? out : null);
        try {
            Object result = set.getClass().getMethod(function, CommandSession.class, String[].class)
                    .invoke(set, session, Arrays.copyOfRange(words, 1, words.length));
            return result instanceof ExitCode exit ? exit.value() : 0;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** A file or folder beside the tests. */
    static Path resource(String name) {
        try {
            return Path.of(Shell.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Compares with a golden file. */
    static void assertGolden(String name, String text) {
        try {
            String folder = System.getProperty(WRITE_GOLDEN);
            if (folder != null) {
                Files.writeString(Path.of(folder, name), text);
                return;
            }
            assertEquals(Files.readString(resource("golden/" + name)), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
