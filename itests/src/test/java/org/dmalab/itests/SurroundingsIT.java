package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The platform as a process in surroundings that are not what it hopes for. */
public class SurroundingsIT {
    private static final List<String> ARABIC = List.of("-Duser.language=ar", "-Duser.country=EG");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path bundles() throws IOException {
        return Files.createDirectories(folder.getRoot().toPath().resolve("bundles"));
    }

    private static void pipe(Path file) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
    }

    @Test
    public void otherDigitsChangeNothing() throws Exception {
        String[] compare = {"scenario:compare", "vtd/kdump-stale-context", "--patch", "no-flush,flush-old-did"};
        RunnableJar.Result usual = RunnableJar.run(folder, compare);
        assertEquals(usual, RunnableJar.run(folder, ARABIC, compare));
        assertEquals(usual, RunnableJar.run(folder, List.of("-Duser.language=th", "-Duser.country=TH",
            "-Duser.variant=TH"), compare));
        assertEquals(usual, RunnableJar.run(folder, List.of("-Duser.language=th", "-Duser.country=TH-u-nu-thai"),
            compare));
        String[] machine = {"-c", "machine:create a vtd; machine:show a; patch:list; help"};
        assertEquals(RunnableJar.run(folder, machine), RunnableJar.run(folder, ARABIC, machine));
    }

    @Test
    public void aNamedPipeAmongTheBundlesKeepsNobodyWaiting() throws Exception {
        pipe(bundles().resolve("pipe.jar"));
        RunnableJar.Result result = RunnableJar.run(folder, "version");
        assertEquals("warning: bundles/pipe.jar: neither a file nor a folder; take it away\n", result.err());
        assertEquals(0, result.code());
    }

    @Test
    public void aDescriptionThatIsNoXmlIsOneWarning() throws Exception {
        new VariantBundle("damaged").variant("Fine", "return 0;").description("Fine", "<scr:component name='x'>")
            .write(bundles());
        RunnableJar.Result result = RunnableJar.run(folder, "version");
        assertTrue(result.err(), result.err().matches("warning: bundles/damaged.jar: bundle damaged: OSGI-INF/Fine.xml"
            + " is no component description: line 1, column [0-9]+: [^\n]+\n"));
        assertEquals(0, result.code());
    }

    /** Entities that grow are not expanded: the description is no component description either. */
    @Test
    public void aDescriptionOfManyEntitiesIsOneWarning() throws Exception {
        StringBuilder bomb = new StringBuilder("<!DOCTYPE x [<!ENTITY e0 'ha'>");
        for (int i = 1; i < 40; i++) {
            bomb.append("<!ENTITY e").append(i).append(" '&e").append(i - 1).append(";&e").append(i - 1).append(";'>");
        }
        new VariantBundle("damaged").variant("Fine", "return 0;")
            .description("Fine", bomb + "]>" + VariantBundle.component("Fine").replace("value='vtd'", "value='&e39;'"))
            .write(bundles());
        RunnableJar.Result result = RunnableJar.run(folder, "version");
        assertTrue(result.err(), result.err().matches("warning: bundles/damaged.jar: bundle damaged: OSGI-INF/Fine.xml"
            + " is no component description: [^\n]+\n"));
        assertEquals(0, result.code());
    }

    /** Nobody waits for who writes into it. */
    @Test
    public void aNamedPipeIsNoScenario() throws Exception {
        Path pipe = folder.getRoot().toPath().resolve("pipe.yaml");
        pipe(pipe);
        for (String command : List.of("scenario:run", "scenario:validate", "scenario:explore")) {
            RunnableJar.Result result = RunnableJar.run(folder, command, pipe.toString());
            assertEquals(result.err(), 2, result.code());
            assertTrue(result.err(), result.err().matches("error: [^\n]*pipe\\.yaml[^\n]*\n"));
        }
        Path scenario = folder.getRoot().toPath().resolve("piped.yaml");
        Files.writeString(scenario, "title: t\nsource: s\nmachine:\n  arch: vtd\n  files: {dmar: pipe.yaml}\n"
            + "steps:\n  - kernel.boot\n");
        for (String[] words : List.of(new String[] {"dmar:show", pipe.toString()},
            new String[] {"dmesg:decode", pipe.toString()}, new String[] {"scenario:run", scenario.toString()})) {
            RunnableJar.Result result = RunnableJar.run(folder, words);
            assertEquals(result.err(), 2, result.code());
            assertTrue(result.err(),
                result.err().matches("error: [^\n]*a device or pipe, expected a regular file[^\n]*\n"));
        }
    }

    /** A terminal that knows no escape sequences gets none. */
    @Test
    public void aDumbTerminalGetsNoEscapeSequences() throws Exception {
        Path typed = folder.newFile("typed").toPath();
        Files.writeString(typed, "version\nexit\n");
        Path out = folder.newFile().toPath();
        String line = String.join(" ", RunnableJar.command(folder, List.of()));
        ProcessBuilder builder = new ProcessBuilder("script", "-q", "-e", "-c", line, "/dev/null")
            .redirectInput(typed.toFile()).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().put("TERM", "dumb");
        Process process = builder.directory(folder.getRoot()).start();
        Processes.awaitEnd(process);
        String text = Files.readString(out);
        assertTrue(text, text.contains("dmalab 1.0.0 (Java "));
        assertFalse(text, text.indexOf(27) >= 0);
        assertEquals(text, 0, process.exitValue());
    }

    @Test
    public void aLongTokenIsReadAtOnce() throws Exception {
        String choices = "A0".repeat(49_900);
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:replay",
            "mips/interrupted-flush~stack-kmap~strict~1~" + choices);
        assertEquals(2, result.code());
        assertTrue(result.err(), result.err().startsWith("error: "));
        RunnableJar.Result longer = RunnableJar.run(folder, "scenario:replay",
            "mips/interrupted-flush~stack-kmap~strict~1~" + choices + "A0".repeat(200));
        assertEquals("error: this is no token, expected SCENARIO~PATCH~PROFILE~FORMAT~CHOICES as scenario:explore"
            + " prints it\n", longer.err());
    }

    @Test
    public void noTextFromOutsideMovesTheCursor() throws Exception {
        char escape = 27;
        Path file = folder.getRoot().toPath().resolve("a" + escape + "[2J.yaml");
        Files.writeString(file,
            "title: \"red \\e[31m\\a\\x9b31m\\u202e\\u2066\"\nmachine: {preset: tiny, profile: strict}\n"
            + "source: here\nsteps:\n  - no.such\n");
        for (String[] words : List.of(new String[] {"scenario:show", file.toString()},
            new String[] {"scenario:validate", file.toString()}, new String[] {"scenario:run", file.toString()},
            new String[] {"scenario:replay", "x~y~z~1~" + escape + "[31m"},
            new String[] {"scenario:replay", "x" + escape + "~y~z~1~0"}, new String[] {"no" + escape + "such"},
            new String[] {"scenario:list", escape + "*"}, new String[] {"-c", "patch:show x" + escape},
            new String[] {"--nosuch" + escape}, new String[] {"no" + (char) 0x9b + "31m"},
            new String[] {"scenario:list", "\u202ex*"})) {
            RunnableJar.Result result = RunnableJar.run(folder, words);
            String all = result.out() + result.err();
            assertTrue(String.join(" ", words) + ": " + all, all.chars().allMatch(c -> c == '\n' || c >= ' ' && c < 127
                || c >= 0xa0 && Character.getType(c) != Character.FORMAT));
            assertEquals(all, 2, result.code());
        }
    }

    @Test
    public void aControlCharacterIsWrittenOut() throws Exception {
        assertEquals("error: unknown command no\\u001bsuch; 'help' lists all\n",
            RunnableJar.run(folder, "no" + (char) 27 + "such").err());
    }

    @Test
    public void aResultGoesIntoANamedPipe() throws Exception {
        Path pipe = folder.getRoot().toPath().resolve("out.json");
        Path got = folder.newFile().toPath();
        pipe(pipe);
        Process reader = new ProcessBuilder("cat", pipe.toString()).redirectOutput(got.toFile()).start();
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:list", "--format", "json", "--output",
            pipe.toString());
        assertEquals(result.err(), 0, result.code());
        assertTrue(reader.waitFor(60, TimeUnit.SECONDS));
        assertEquals(RunnableJar.run(folder, "scenario:list", "--format", "json").out(),
            Files.readString(got, StandardCharsets.UTF_8));
    }
}
