package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * The script {@code dmalab} beside a jar that is built: the archive of classes helps or is not there, and says nothing.
 */
public class StartScriptIT {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path root;
    private Path target;

    /** A root of its own, so that the archive of the repository stays as it is. Nothing in it is newer than the jar. */
    @Before
    public void copy() throws IOException {
        root = folder.newFolder("root").toPath().toRealPath();
        target = Files.createDirectories(root.resolve("dist/target"));
        Files.copy(Platform.root().resolve("dmalab"), root.resolve("dmalab"));
        for (String name : List.of("pom.xml", "bnd.bnd")) {
            Files.createFile(root.resolve(name));
        }
        Files.createDirectories(root.resolve("api-bundle"));
        Files.createSymbolicLink(root.resolve("scenarios"), Platform.root().resolve("scenarios"));
        Files.copy(Platform.runnableJar(), target.resolve("dmalab.jar"));
    }

    private String dmalab(String... arguments) throws Exception {
        return start("", arguments);
    }

    private String start(String javaOptions, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", root.resolve("dmalab").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectInput(folder.newFile()).redirectOutput(root.resolve("out").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        if (!javaOptions.isEmpty()) {
            builder.environment().put("JDK_JAVA_OPTIONS", javaOptions);
        }
        Process process = builder.start();
        Processes.awaitEnd(process);
        String out = Files.readString(root.resolve("out"));
        assertEquals(out, 0, process.exitValue());
        return out;
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> paths = Files.list(target)) {
            return paths.filter(path -> path.toString().endsWith(".jsa")).toList();
        }
    }

    @Test
    public void theFirstStartMakesTheArchiveAndTheNextOnesUseIt() throws Exception {
        String expected = RunnableJar.run(folder, "patch:list").out();
        assertEquals(expected, dmalab("patch:list"));
        assertEquals(1, archives().size());
        var made = Files.getLastModifiedTime(archives().get(0));
        assertTrue(Files.size(archives().get(0)) > 1_000_000);
        assertEquals(expected, dmalab("patch:list"));
        assertEquals(made, Files.getLastModifiedTime(archives().get(0)));
        Files.setLastModifiedTime(target.resolve("dmalab.jar"),
            FileTime.fromMillis(made.toMillis() + 5_000));
        assertEquals(expected, dmalab("patch:list"));
        assertTrue(Files.getLastModifiedTime(archives().get(0)).compareTo(made) > 0);
    }

    @Test
    public void anArchiveThatTheJvmRefusesIsNotMentioned() throws Exception {
        String expected = dmalab("--version");
        Path archive = archives().get(0);
        byte[] bytes = Files.readAllBytes(archive);
        Arrays.fill(bytes, 0, 4096, (byte) 'x');
        Files.delete(archive);
        Files.write(archive, bytes);
        assertEquals(expected, dmalab("--version"));
        assertEquals('x', Files.readAllBytes(archive)[0]);
    }

    /** A JVM that reads a part of an archive crashes. */
    @Test
    public void aPartOfAnArchiveIsMadeAgain() throws Exception {
        String expected = dmalab("patch:list");
        Path archive = archives().get(0);
        byte[] whole = Files.readAllBytes(archive);
        for (int length : new int[] {0, whole.length / 2}) {
            Files.delete(archive);
            Files.write(archive, Arrays.copyOf(whole, length));
            assertEquals(expected, dmalab("patch:list"));
            assertTrue(Files.size(archive) > whole.length / 2);
        }
    }

    /** Methods that waited for the compiler when the archive was written would stay interpreted for ever. */
    @Test
    public void hotCodeOfAnArchiveIsCompiled() throws Exception {
        dmalab("--version");
        String compiled = start("-XX:+PrintCompilation", "-c", "machine:create m pseries");
        for (String method : List.of("cpu.LiveCpu::execute ", "cpu.LiveCpu::op ", "cpu.Cpu::write ",
            "hardware.MachineMemory::store ", "kernel.Pages::writeTce ")) {
            assertTrue(method, compiled.contains(method));
        }
    }
}
