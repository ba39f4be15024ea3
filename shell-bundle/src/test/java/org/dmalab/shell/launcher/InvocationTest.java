package org.dmalab.shell.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.launcher.Invocation.Form;
import org.junit.jupiter.api.Test;

class InvocationTest {

    @Test
    void knowsTheForms() {
        assertEquals(Form.INTERACTIVE, Invocation.parse().form());
        assertEquals(Form.COMMANDS, Invocation.parse("-c", "a; b").form());
        assertEquals("a; b", Invocation.parse("-c", "a; b").text());
        assertEquals(Form.SCRIPT, Invocation.parse("dir/x.gogo").form());
        assertEquals(Form.HELP, Invocation.parse("--help").form());
        assertEquals(Form.VERSION, Invocation.parse("--debug", "--version").form());
    }

    @Test
    void argumentsOfACommandStayAsTheyAre() {
        Invocation one = Invocation.parse("--debug", "scenario:run", "a b", "*", "$x", "--debug", "--help");
        assertEquals(List.of("scenario:run", "a b", "*", "$x", "--help"), one.words());
        assertTrue(one.debug());
        assertTrue(Invocation.parse("scenario:run", "name", "--debug").debug(), "options may stand behind names");
        assertFalse(Invocation.parse("scenario:run", "name").debug());
    }

    @Test
    void wrongFormsAreUsageErrors() {
        for (String[] args : new String[][] {{"-c"}, {"-c", "a", "b"}, {"--nope"}, {"x.gogo", "y"}}) {
            CommandException e = assertThrows(CommandException.class, () -> Invocation.parse(args));
            assertEquals(CommandException.USAGE, e.exitCode());
        }
    }
}
