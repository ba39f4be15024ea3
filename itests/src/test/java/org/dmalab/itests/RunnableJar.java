package org.dmalab.itests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.rules.TemporaryFolder;

/** The runnable jar as a process of its own. */
final class RunnableJar {
    private static final long MAX_SECONDS = 240;

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
        if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + MAX_SECONDS + " s: " + command);
        }
        // JDK 24 and newer warn about what Felix uses; ./dmalab turns that off.
        String remarks = Files.readString(err).replaceAll("(?m)^WARNING: .*\\R", "");
        return new Result(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), remarks);
    }

    /** The command that runs it. */
    static List<String> command(TemporaryFolder folder, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(tool("java"), "-Djava.io.tmpdir=" + folder.getRoot(),
            "-Duser.home=" + folder.getRoot(), "-Ddmalab.home=" + Platform.root(),
            "-Dfelix.fileinstall.dir=" + folder.getRoot().toPath().resolve("bundles")));
        command.addAll(options);
        command.addAll(List.of("-jar", Platform.runnableJar().toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A program of the JDK. */
    static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }
}
