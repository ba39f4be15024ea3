package org.dmalab.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SPIN on a model of {@code src/main/promela}: compiled as its manual advises for safety, with a table large enough.
 */
final class Spin {
    private static final Pattern STATES = Pattern.compile("(\\d+) states, stored");
    private static final Pattern SECONDS = Pattern.compile("elapsed time ([0-9.e+-]+) seconds");
    private static final Pattern MEGABYTES = Pattern.compile("([0-9.]+)\\s+actual memory usage for states");
    private static final Pattern TOTAL = Pattern.compile("([0-9.]+)\\s+total actual memory usage");

    private final Path folder;

    /**
     * What pan says of one run.
     *
     * @param states stored
     * @param seconds without the start of the process
     * @param bytesOfStates memory of the stored states
     * @param bytes all memory
     */
    record Run(long states, double seconds, double bytesOfStates, double bytes) { }

    private Spin(Path folder) {
        this.folder = folder;
    }

    /** Generates and compiles the verifier of a model. */
    static Spin compile(Path model) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("spin");
        Spin spin = new Spin(folder);
        spin.run("spin", "-a", model.toAbsolutePath().toString());
        spin.run("gcc", "-O2", "-DSAFETY", "-o", "pan", "pan.c");
        return spin;
    }

    /** Searches all states; ends in which nothing is enabled are no errors. */
    Run search() throws IOException, InterruptedException {
        String text = run("./pan", "-E", "-n", "-m2000000", "-w24");
        return new Run((long) find(STATES, text), find(SECONDS, text), megabytes(MEGABYTES, text),
                megabytes(TOTAL, text));
    }

    private static double find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("pan does not say " + pattern + ": " + text);
        }
        return Double.parseDouble(matcher.group(1));
    }

    private static double megabytes(Pattern pattern, String text) {
        return find(pattern, text) * (1 << 20);
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(command)).directory(folder.toFile()).redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + text);
        }
        return text;
    }
}
