package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The runnable jar as a process: what it prints where, and its exit code. */
public class RunnableJarIT {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private RunnableJar.Result run(String... arguments) throws IOException, InterruptedException {
        return RunnableJar.run(folder, arguments);
    }

    @Test
    public void versionIsOneLine() throws Exception {
        RunnableJar.Result result = run("--version");
        assertEquals("", result.err());
        assertTrue(result.out(), result.out().matches("dmalab 1\\.0\\.0 \\(Java [^\\n]+\\)\\n"));
        assertEquals(0, result.code());
    }

    @Test
    public void versionNeedsNoPlatform() throws Exception {
        Path missing = folder.getRoot().toPath().resolve("missing");
        RunnableJar.Result result = RunnableJar.run(folder, List.of("-Djava.io.tmpdir=" + missing), "--version");
        assertEquals("", result.err());
        assertEquals(result.out(), run("version").out());
        assertEquals(3, RunnableJar.run(folder, List.of("-Djava.io.tmpdir=" + missing), "version").code());
    }

    @Test
    public void anUnknownCommandIsAUsageError() throws Exception {
        RunnableJar.Result result = run("nosuchcommand");
        assertEquals("error: unknown command nosuchcommand; 'help' lists all\n", result.err());
        assertEquals("", result.out());
        assertEquals(2, result.code());
    }

    @Test
    public void eachCommandOfALinePrintsAndTheFirstFailureStopsIt() throws Exception {
        RunnableJar.Result result = run("-c", "version; help version; hlep; version");
        assertEquals("error: unknown command hlep; did you mean help?\n", result.err());
        assertTrue(result.out(), result.out().matches("(?s)dmalab 1\\.0\\.0 .*\\nusage: version .*"));
        assertEquals(result.out().indexOf("dmalab 1.0.0"), result.out().lastIndexOf("dmalab 1.0.0"));
        assertEquals(2, result.code());
    }

    @Test
    public void aDocumentHasStandardOutputForItself() throws Exception {
        RunnableJar.Result result = run("-c", "version; version --format json");
        assertTrue(result.err(), result.err().startsWith("dmalab 1.0.0"));
        assertTrue(result.out(), result.out().startsWith("{\n  \"dmalab\": \"1.0.0\""));
        assertEquals(0, result.code());
    }

    @Test
    public void scriptsAndStandardInputAreRun() throws Exception {
        Path script = folder.getRoot().toPath().resolve("a.gogo");
        Files.writeString(script, "# a comment; not a command\nversion\nexit\nnosuchcommand\n");
        RunnableJar.Result result = run(script.toString());
        assertEquals("", result.err());
        assertEquals(0, result.code());
        assertEquals(2, run("missing.gogo").code());
    }

    @Test
    public void aPlatformWithAMachineEndsAtOnce() throws Exception {
        RunnableJar.Result result = run("-c", "machine:create m vtd; machine:destroy m; machine:create m mips; exit");
        assertEquals("", result.err());
        assertTrue(result.out(), result.out().contains("machine m: BCM7425"));
        assertEquals(0, result.code());
    }

    /** A search that would go on for minutes ends with the process that is told to, and leaves nothing. */
    @Test
    public void aSearchEndsOnSigterm() throws Exception {
        Path out = folder.newFile().toPath();
        Process process = new ProcessBuilder(RunnableJar.command(folder, List.of(), "scenario:explore", "*", "--all",
            "--mutants", "--budget", "10m", "--format", "json")).redirectErrorStream(true)
            .redirectOutput(out.toFile()).start();
        Processes.awaitWork(process, Duration.ofSeconds(5));
        assertTrue("ended before it was told: " + Files.readString(out), process.isAlive());
        process.destroy();
        Processes.awaitEnd(process);
        assertEquals(Files.readString(out), 128 + 15, process.exitValue());
        try (var files = Files.list(folder.getRoot().toPath())) {
            assertEquals(List.of(), files.filter(Files::isDirectory).toList());
        }
    }

    @Test
    public void whatAKilledProcessLeftGoesAtTheNextStart() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Path killed = directory("dmalab-" + dead.pid() + "-1", "rwx------");
        Path alive = directory("dmalab-" + ProcessHandle.current().pid() + "-1", "rwx------");
        Path open = directory("dmalab-" + dead.pid() + "-2", "rwxr-xr-x");
        Path other = directory("dmalab-notes-1", "rwx------");
        Path link = Files.createSymbolicLink(other.resolveSibling("dmalab-" + dead.pid() + "-3"), other);
        assertEquals(0, run("version").code());
        assertTrue(Files.notExists(killed));
        for (Path path : List.of(alive, open, other, link)) {
            assertTrue(path.toString(), Files.exists(path.resolve("lock")));
        }
    }

    /** Else another process of the same number, in another container, would delete the directory of a living one. */
    @Test
    public void theLockOutlivesACollectionOfGarbage() throws Exception {
        Process process = new ProcessBuilder(RunnableJar.command(folder, List.of())).directory(folder.getRoot())
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8); Writer in = process.outputWriter()) {
            in.write("version\n");
            in.flush();
            assertTrue(out.readLine().startsWith("dmalab 1.0.0"));
            assertEquals(0, new ProcessBuilder(RunnableJar.tool("jcmd"), Long.toString(process.pid()), "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor());
            try (var files = Files.newDirectoryStream(folder.getRoot().toPath(), "dmalab-" + process.pid() + "-*");
                FileChannel lock = FileChannel.open(files.iterator().next().resolve("lock"),
                    StandardOpenOption.WRITE)) {
                assertNull(lock.tryLock());
            }
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    @Test
    public void aRunForWhichThereIsTooLittleMemoryIsBroken() throws Exception {
        RunnableJar.Result result = RunnableJar.run(folder, List.of("-Xmx32m", "-XX:+UseSerialGC"),
            "scenario:run", "pseries/pmem-online", "--patch", "direct-only");
        assertEquals(result.err(), 3, result.code());
        assertTrue(result.out(), result.out().matches("(?s)pseries/pmem-online with direct-only: broken\n[^\n]*\n"
            + "java\\.lang\\.OutOfMemoryError: Java heap space \\([^\n]*\\), again when it was run alone\n.*"));
        assertEquals("", result.err());
    }

    private Path directory(String name, String permissions) throws IOException {
        Path path = folder.newFolder(name).toPath();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        Files.createFile(path.resolve("lock"));
        Files.createDirectories(path.resolve("felix/bundle0"));
        return path;
    }

    @Test
    public void nothingIsLeftInTheTemporaryDirectory() throws Exception {
        run("version");
        try (var files = Files.list(folder.getRoot().toPath())) {
            assertEquals(List.of(), files.filter(Files::isDirectory).toList());
        }
    }
}
