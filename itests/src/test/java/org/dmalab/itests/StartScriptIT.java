package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The script {@code dmalab} beside a jar that is built: the archive of classes helps or is not there, and says nothing. */
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
        List<String> command = new ArrayList<>(List.of("sh", root.resolve("dmalab").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectInput(folder.newFile()).redirectOutput(root.resolve("out").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        assertTrue("ends", process.waitFor(120, TimeUnit.SECONDS));
        String out = Files.readString(root.resolve("out"));
        assertEquals(out, 0, process.exitValue());
        return out;
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> paths = Files.list(target)) {
            return paths.filter(path -> path.toString().contains(".jsa")).toList();
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
        for (String text : List.of("", "no archive at all")) {
            Files.delete(archive);
            Files.writeString(archive, text);
            assertEquals(expected, dmalab("--version"));
        }
    }
}
