package org.dmalab.shell.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.dmalab.shell.command.Terminals;
import org.junit.jupiter.api.Test;

class TerminalsTest {
    private static final String RED = "\u001b[31m";
    private static final String END = "\u001b[0m";

    @Test
    void verdictsAreColouredWhereTheyStandAsSuch() {
        assertEquals("a/b  " + RED + "fail" + END + "  x", Terminals.colour("a/b  fail  x"));
        assertEquals("a/b with p: " + RED + "fail" + END + "\nnext", Terminals.colour("a/b with p: fail\nnext"));
        assertEquals("    " + RED + "fail" + END + ": why", Terminals.colour("    fail: why"));
        assertEquals("p (" + RED + "fail" + END + ") against", Terminals.colour("p (fail) against"));
        assertEquals("it may fail or pass by", Terminals.colour("it may fail or pass by"));
    }

    @Test
    void nothingIsColouredUnlessSomebodySeesIt() {
        System.setProperty(ScenarioHome.HOME, Shell.resource("home").toString());
        Shell shell = new Shell(FakePlatform.catalog("fake"));
        try {
            assertFalse(shell.run("scenario:compare", "fake/map").out().contains("\u001b"));
            System.setProperty(Terminals.PROPERTY, "out,err");
            boolean refused = System.getenv("NO_COLOR") != null && !System.getenv("NO_COLOR").isEmpty();
            assertEquals(!refused, shell.run("scenario:compare", "fake/map").out().contains(RED + "fail" + END));
            assertFalse(shell.run("scenario:compare", "fake/map", "--format", "json").out().contains("\u001b"));
            System.setProperty(Terminals.PROPERTY, "err");
            assertFalse(shell.run("scenario:compare", "fake/map").out().contains("\u001b"));
        } finally {
            System.clearProperty(Terminals.PROPERTY);
            System.clearProperty(ScenarioHome.HOME);
        }
    }

    @Test
    void progressIsOverwrittenAndErased() throws InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
                Progress progress = Progress.start(stream, 0)) {
            progress.say("1 of 2: long name");
            awaitText(bytes, line("1 of 2: long name"));
            progress.say("2 of 2: b");
            awaitText(bytes, line("1 of 2: long name") + line("2 of 2: b"));
        }
        assertEquals(line("1 of 2: long name") + line("2 of 2: b") + line(""), bytes.toString(StandardCharsets.UTF_8));
    }

    /** A terminal that is narrower cuts it, and does not go on in the next line. */
    private static String line(String text) {
        return "\r\u001b[?7l" + text + "\u001b[K\u001b[?7h\r";
    }

    private static void awaitText(ByteArrayOutputStream bytes, String text) throws InterruptedException {
        String now = "";
        while (!now.equals(text)) {
            Thread.sleep(5);
            now = bytes.toString(StandardCharsets.UTF_8);
            assertTrue(text.startsWith(now), now);
        }
    }

    @Test
    void whatIsQuickShowsNoProgress() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        try (Progress progress = Progress.start(stream, 60_000)) {
            progress.say("1 of 1");
        }
        try (Progress silent = Progress.start(null, 0)) {
            silent.say("1 of 1");
        }
        assertEquals(0, bytes.size());
    }
}
