package org.dmalab.shell.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

import org.dmalab.lab.explore.Exploration;
import org.dmalab.lab.explore.ScenarioExplorer;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;

/**
 * The searches of one command, within a bound of states for each and of time for all. Each may take its share of the
 * time that is left; what is left when all have ended goes to those that were cut off, which are searched again.
 *
 * @param explorer makes one search
 * @param maxStates bound on the states of one search
 * @param time for all searches, and how it is called where it ends one; empty if time is no bound
 * @param clock tells the time, in nanoseconds
 */
record Searches(BiFunction<Workbench.Search, Exploration.Limits, Outcome> explorer, long maxStates,
        Optional<Time> time, LongSupplier clock) {
    /** A bound of time, in the words of the command. */
    record Time(Duration all, String words) {
        private String bound() {
            return "budget " + words;
        }
    }

    /**
     * What came of a search, and how long it took.
     *
     * @param outcome the verdict with its evidence
     * @param seconds how long it took, all times together
     * @param shareNanos what it might have taken the last time
     */
    record Timed(Outcome outcome, double seconds, long shareNanos) { }

    /**
     * Makes the searches, so many at once.
     *
     * @param key of a search: those with the same one are made one at a time; null for no such others
     */
    CellRuns<Timed> run(List<Workbench.Search> searches, int jobs, Function<Workbench.Search, String> key) {
        long endNanos = time.map(one -> clock.getAsLong() + one.all().toNanos()).orElse(0L);
        CellRuns<Timed> runs = once(searches, jobs, key, endNanos);
        List<Timed> results = new ArrayList<>(runs.results());
        while (!runs.interrupted()) {
            List<Integer> again = cutOff(results, endNanos, jobs);
            if (again.isEmpty()) {
                break;
            }
            runs = once(again.stream().map(searches::get).toList(), jobs, key, endNanos);
            for (int i = 0; i < runs.results().size(); i++) {
                Timed before = results.get(again.get(i));
                Timed now = runs.results().get(i);
                results.set(again.get(i), new Timed(now.outcome(), before.seconds() + now.seconds(),
                        now.shareNanos()));
            }
        }
        return new CellRuns<>(List.copyOf(results), runs.interrupted() && results.size() < searches.size());
    }

    /** The searches that time has ended and that may take half as much again now: less would hardly help. */
    private List<Integer> cutOff(List<Timed> results, long endNanos, int jobs) {
        List<Integer> cut = time.isEmpty() ? List.of() : IntStream.range(0, results.size()).boxed()
                .filter(i -> results.get(i).outcome().search().bound().equals(time.get().bound())).toList();
        long left = endNanos - clock.getAsLong();
        return cut.isEmpty() || cut.stream().anyMatch(i -> left / cut.size() * Math.min(jobs, cut.size())
                < results.get(i).shareNanos() / 2 * 3) ? List.of() : cut;
    }

    private CellRuns<Timed> once(List<Workbench.Search> searches, int jobs, Function<Workbench.Search, String> key,
            long endNanos) {
        Shares shares = new Shares(endNanos, searches.size(), Math.min(jobs, searches.size()));
        long maxBytes = Runtime.getRuntime().maxMemory() / 2 / shares.jobs;
        return CellRuns.run(searches, shares.jobs, new CellRuns.Task<>((one, progress) -> {
            Timed timed = search(one, progress, maxBytes, shares.next());
            shares.ended();
            return timed;
        }, (one, reason) -> {
            shares.ended();
            return new Timed(ScenarioExplorer.broken(one.scenario(), one.patches(), reason), 0, 0);
        }), key);
    }

    private Timed search(Workbench.Search one, Consumer<String> progress, long maxBytes, long shareNanos) {
        long startNanos = clock.getAsLong();
        Exploration.Limits limits = new Exploration.Limits(maxStates, maxBytes, (states, executions, open) -> {
            progress.accept(String.format(Locale.ROOT, "%s: %,d states, %,d executions, %,d open", one, states,
                    executions, open));
            return time.isEmpty() || clock.getAsLong() - startNanos < shareNanos ? "" : time.get().bound();
        });
        Outcome outcome = explorer.apply(one, limits);
        return new Timed(outcome, (clock.getAsLong() - startNanos) / 1e9, shareNanos);
    }

    /** Time for several searches; what a short one leaves goes to those after it. */
    private final class Shares {
        private final long endNanos;
        private final int jobs;
        private int left;

        Shares(long endNanos, int searches, int jobs) {
            this.endNanos = endNanos;
            this.left = searches;
            this.jobs = Math.max(1, jobs);
        }

        /** What the next search may take: its share of what is left, of which so many are used up at once. */
        synchronized long next() {
            long all = endNanos - clock.getAsLong();
            return left <= jobs ? all : all / left * jobs;
        }

        synchronized void ended() {
            left--;
        }
    }
}
