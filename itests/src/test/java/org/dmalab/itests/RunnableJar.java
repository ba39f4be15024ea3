package org.dmalab.itests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.rules.TemporaryFolder;

/** The runnable jar as a process of its own. */
final class RunnableJar {
    /** What only looks something up, or is refused, is over before the optimizing compiler pays. */
    private static final Pattern LONG = Pattern.compile("scenario:(compare|explore).*|tour|.*patch:storm.*");

    private RunnableJar() { }

    /** What a process printed and how it ended. */
    record Result(int code, String out, String err) { }

    /** Runs it in the folder, with an empty standard input. */
    static Result run(TemporaryFolder folder, String... arguments) throws IOException, InterruptedException {
        return run(folder, List.of(), arguments);
    }

    /** Runs it with further options of the JVM. */
    static Result run(TemporaryFolder folder, List<String> options, String... arguments)
        throws IOException, InterruptedException {
        List<String> command = command(folder, options, arguments);
        Path out = folder.newFile().toPath();
        Path err = folder.newFile().toPath();
        Process process = new ProcessBuilder(command).directory(folder.getRoot())
            .redirectInput(ProcessBuilder.Redirect.from(folder.newFile()))
            .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        Processes.awaitEnd(process);
        // JDK 24 and newer warn about what Felix uses; ./dmalab turns that off.
        String remarks = Files.readString(err).replaceAll("(?m)^WARNING: .*\\R", "");
        return new Result(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), remarks);
    }

    /** The command that runs it. */
    static List<String> command(TemporaryFolder folder, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(tool("java"), "-XX:+UseSerialGC", "-XX:-UsePerfData",
            "-Xshare:auto", "-Xlog:disable", "-XX:SharedArchiveFile=" + Archive.FILE,
            "-Djava.io.tmpdir=" + folder.getRoot(),
            "-Duser.home=" + folder.getRoot(), "-Ddmalab.home=" + Platform.root(),
            "-Dfelix.fileinstall.dir=" + folder.getRoot().toPath().resolve("bundles")));
        if (!LONG.matcher(String.join(" ", arguments)).matches()) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        command.addAll(options);
        command.addAll(List.of("-jar", Platform.runnableJar().toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The classes of the platform, read and checked once for all processes of the tests, as {@code dmalab} does. */
    private static final class Archive {
        static final Path FILE = make();

        private static Path make() {
            Path file = Platform.root().resolve("itests/target/classes-" + ProcessHandle.current().pid() + ".jsa");
            try {
                Files.createDirectories(file.getParent());
                file.toFile().deleteOnExit();
                Process process = new ProcessBuilder(tool("java"), "-XX:ArchiveClassesAtExit=" + file, "-Xbatch",
                    "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xlog:disable",
                    "-Ddmalab.home=" + Platform.root(), "-Dfelix.fileinstall.dir=" + file.resolveSibling("none"),
                    "-jar", Platform.runnableJar().toString(), "-c", "scenario:list; machine:create a vtd")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
                Processes.awaitEnd(process);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("no archive of classes", e);
            }
            return file;
        }
    }

    /** A program of the JDK. */
    static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }
}
