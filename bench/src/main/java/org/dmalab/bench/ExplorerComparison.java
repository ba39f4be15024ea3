package org.dmalab.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.dmalab.lab.explore.Exploration;
import org.dmalab.lab.explore.Interleavings;
import org.dmalab.lab.explore.SearchResult;

/**
 * The explorer beside SPIN and Lincheck: alternating runs on the same machine, medians. Arguments: the root of the
 * repository, then which parts, {@code spin}, {@code processes}, {@code lincheck}, {@code nested-flush}; all if none.
 */
public final class ExplorerComparison {
    private static final int RUNS = 5;
    private static final int MANAGERS = 8;
    private static final int PHILOSOPHERS = 15;
    private static final int THREADS = 3;
    private static final int TIMES = 4;
    /** Executions of the two runs of Lincheck whose difference is its rate: in the first few hundred it warms up. */
    private static final int FEW = 1000;
    private static final int MANY = 2500;
    private static final int REPEATS = 40;
    private static final int WARM_UP = 40;
    private static final int WALKS = 11;
    private static final int INTERLEAVINGS = 1_000_000;
    private static final Pattern SECONDS = Pattern.compile("\"secondsTotal\": ([0-9.eE+-]+)");
    private static final Pattern STATES = Pattern.compile("\"states\": (\\d+)");

    private final Path root;

    private ExplorerComparison(Path root) {
        this.root = root;
    }

    /** Runs the comparison. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        ExplorerComparison comparison = new ExplorerComparison(Path.of(arguments[0]));
        List<String> parts = arguments.length > 1 ? Arrays.asList(arguments).subList(1, arguments.length)
                : List.of("spin", "processes", "lincheck", "nested-flush");
        for (String part : parts) {
            switch (part) {
                case "spin" -> comparison.spin();
                case "processes" -> comparison.processes();
                case "lincheck" -> comparison.lincheck();
                case "nested-flush" -> comparison.nestedFlush();
                default -> throw new IllegalArgumentException("no part \"" + part
                        + "\"; there is spin, processes, lincheck, nested-flush");
            }
        }
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private record Timed(SearchResult result, double seconds) { }

    private static Timed timed(Supplier<Exploration> model) {
        Exploration exploration = model.get();
        System.gc();
        long startNanos = System.nanoTime();
        SearchResult result = exploration.decide();
        return new Timed(result, (System.nanoTime() - startNanos) / 1e9);
    }

    private void spin() throws IOException, InterruptedException {
        againstSpin("two-phase commit, " + MANAGERS + " managers", "two-phase.pml",
                limits -> Models.twoPhaseCommands(MANAGERS, limits));
        againstSpin("dining philosophers, " + PHILOSOPHERS, "philosophers.pml",
                limits -> Models.philosophers(PHILOSOPHERS, limits));
    }

    private interface Model {
        Exploration with(Exploration.Limits limits);
    }

    private void againstSpin(String name, String file, Model model) throws IOException, InterruptedException {
        Spin spin = Spin.compile(root.resolve("bench/src/main/promela").resolve(file));
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        Spin.Run run = null;
        SearchResult result = timed(() -> model.with(Models.UNLIMITED)).result(); // warms up
        for (int i = 0; i < RUNS; i++) {
            Timed timed = timed(() -> model.with(Models.UNLIMITED));
            ours.add(result.states() / timed.seconds());
            run = spin.search();
            theirs.add(run.states() / run.seconds());
        }
        say("%s", name);
        say("  states       dmalab %,d  SPIN %,d  %s", result.states(), run.states(),
                result.states() == run.states() ? "equal" : "DIFFERENT");
        say("  states/s     dmalab %,.0f  SPIN %,.0f  ratio of medians %.2f", median(ours), median(theirs),
                median(ours) / median(theirs));
        for (int i = 0; i < RUNS; i++) {
            say("    run %d      dmalab %,.0f  SPIN %,.0f  ratio %.2f", i + 1, ours.get(i), theirs.get(i),
                    ours.get(i) / theirs.get(i));
        }
        say("  bytes/state  dmalab %.1f  SPIN %.1f (states alone), %.1f (all it takes)", bytesPerState(model, result),
                run.bytesOfStates() / run.states(), run.bytes() / run.states());
    }

    /** What the heap has grown by near the end of a search, by the number of its states. */
    private static double bytesPerState(Model model, SearchResult full) {
        long[] used = {0, 0};
        long wanted = full.states() * 9 / 10;
        Exploration exploration = model.with(new Exploration.Limits(Long.MAX_VALUE, (states, executions, open) -> {
            if (used[1] == 0 && states >= wanted) {
                used[0] = usedBytes();
                used[1] = states;
            }
            return "";
        }));
        long before = usedBytes();
        exploration.decide();
        return used[1] == 0 ? Double.NaN : (used[0] - before) / (double) used[1];
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void processes() {
        say("two-phase commit, 7 managers as ordinary code on 8 processors");
        for (Exploration.Reductions reductions : List.of(new Exploration.Reductions(true, false),
                new Exploration.Reductions(false, true), Exploration.Reductions.ALL)) {
            Exploration exploration = Models.twoPhaseProcesses(MANAGERS - 1, reductions);
            Timed timed = timed(() -> exploration);
            say("  sleep sets %-5b private cells %-5b  %,d states, %,d transitions, %.2f s; %,d complete and %,d"
                    + " deadlocked ends", reductions.sleepSets(), reductions.persistentSets(), timed.result().states(),
                    timed.result().transitions(), timed.seconds(), timed.result().executions(),
                    exploration.deadlocks());
        }
    }

    private void lincheck() {
        say("%d threads that each add one to a counter under a lock, %d times", THREADS, TIMES);
        for (int i = 0; i < WARM_UP; i++) {
            seconds(Models.counterInterleavings(THREADS, TIMES));
        }
        List<Double> theirs = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        Interleavings walked = null;
        for (int i = 0; i < RUNS; i++) {
            double few = LincheckCounter.seconds(THREADS, TIMES, FEW);
            double many = LincheckCounter.seconds(THREADS, TIMES, MANY);
            theirs.add((MANY - FEW) / (many - few));
            List<Double> each = new ArrayList<>();
            for (int j = 0; j < WALKS; j++) {
                walked = Models.counterInterleavings(THREADS, TIMES);
                double seconds = seconds(walked);
                each.add(walked.executions() / seconds);
            }
            ours.add(median(each));
            say("    run %d      dmalab %,.0f  Lincheck %,.0f  ratio %,.0f", i + 1, ours.get(i), theirs.get(i),
                    ours.get(i) / theirs.get(i));
        }
        say("  executions/s, each interleaving by itself: dmalab %,.0f  Lincheck %,.0f  ratio of medians %,.0f",
                median(ours), median(theirs), median(ours) / median(theirs));
        say("  dmalab: all %,d executions, %,d transitions", walked.executions(), walked.transitions());
        List<Double> merged = new ArrayList<>();
        SearchResult result = null;
        for (int i = 0; i < WALKS; i++) {
            Timed timed = timed(() -> Models.counter(THREADS, TIMES, Exploration.Reductions.NONE));
            merged.add(timed.seconds());
            result = timed.result();
        }
        say("          all of them, states merged: %,d states, %,d transitions, %.2f ms", result.states(),
                result.transitions(), median(merged) * 1e3);
    }

    private static double seconds(Interleavings walked) {
        long startNanos = System.nanoTime();
        walked.run(INTERLEAVINGS);
        return (System.nanoTime() - startNanos) / 1e9;
    }

    /** As a user does it, again and again in one process. */
    private void nestedFlush() throws IOException, InterruptedException {
        String command = "scenario:explore " + root.resolve("bench/nested-flush-twice.yaml").toAbsolutePath()
                + " --patch arm-l1-vipt --format json";
        Process process = new ProcessBuilder(root.resolve("dmalab").toAbsolutePath().toString(), "-c",
                String.join("; ", Collections.nCopies(REPEATS, command))).redirectError(
                ProcessBuilder.Redirect.INHERIT).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        List<Double> seconds = new ArrayList<>();
        for (Matcher one = SECONDS.matcher(text); one.find();) {
            seconds.add(Double.parseDouble(one.group(1)));
        }
        Matcher states = STATES.matcher(text);
        say("mips/nested-flush, tiny preset, two arrivals of each interrupt, arm-l1-vipt, %s states",
                states.find() ? states.group(1) : "?");
        say("  first %.0f ms, median of the last %d %.0f ms", seconds.get(0) * 1e3, REPEATS / 2,
                median(seconds.subList(REPEATS / 2, REPEATS)) * 1e3);
    }
}
