package org.dmalab.shell.machine;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;

import org.apache.felix.service.command.CommandSession;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.command.Output;

/**
 * What came of a command that was typed.
 *
 * @param out what it printed
 * @param exit its exit code
 */
record Typed(String out, ExitCode exit) {
    /** The method of a command. */
    interface Command {
        Object run(CommandSession session, String... words) throws Exception;
    }

    static Typed run(Command command, String... words) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream before = System.out;
        Object result;
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setOut(out);
            CommandSession session = (CommandSession) Proxy.newProxyInstance(Typed.class.getClassLoader(),
                    new Class<?>[] {CommandSession.class}, (proxy, method, arguments) ->
                            method.getName().equals("get") && arguments[0].equals(Output.DOCUMENT_STREAM) ? out : null);
            result = command.run(session, words);
        } finally {
            System.setOut(before);
        }
        return new Typed(bytes.toString(StandardCharsets.UTF_8), result instanceof ExitCode exit ? exit : ExitCode.OK);
    }
}
