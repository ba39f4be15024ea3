package org.dmalab.itests;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;

/** Types lines at the Gogo shell and reads what they print. */
final class Shell {
    private final CommandProcessor processor;

    Shell(CommandProcessor processor) {
        this.processor = processor;
    }

    /** What a line prints; an error of the command is thrown. */
    String type(String line) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            session.put("SCOPE", "dmalab:felix");
            session.put(CommandSession.OPTION_NO_GLOB, true);
            session.execute(line);
        }
        out.flush();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The message with which a line fails. */
    String fails(String line) throws Exception {
        try {
            String printed = type(line);
            throw new AssertionError("no error, but: " + printed);
        } catch (RuntimeException e) {
            return e.getMessage();
        }
    }
}
