package org.dmalab.lab.explore;

/** What {@link DepthFirst} has to remember of a state: its sleep set, and who goes on from it alone. */
final class Reduction {
    /** Who sleeps, and who is to be tried. */
    long asleep;
    long awake;
    int footprintsEnd;
    /** The transition, numbered for sleep sets, that is being tried, and the one whose footprint was kept last. */
    int trying;
    int keptFor;
    /** The processor that is tried as one that can go alone; from the number of processors on it is settled. */
    int candidate;
    /** Only this processor goes on from here: its step is a persistent set; -1 if all may. */
    int alone;
    int aloneNode;
    /** What the sleepers touched, see {@link SleepSets}. */
    private int[] footprints;
    private final int sleepers;

    /**
     * @param sleepers how many transitions can sleep
     */
    Reduction(int sleepers) {
        this.sleepers = sleepers;
    }

    /** How many transitions of a world can sleep. */
    static int sleepers(World world) {
        return Math.min(SleepSets.MAX, 2 * world.processors() + world.strands().size() + world.places());
    }

    /** For each transition that can sleep, where its footprint lies. */
    int[] footprints() {
        if (footprints == null) {
            footprints = new int[sleepers];
        }
        return footprints;
    }

    /** A state is come to: nothing is tried yet. */
    void begin(long newAsleep, long newAwake, int newFootprintsEnd, int firstCandidate) {
        asleep = newAsleep;
        awake = newAwake;
        footprintsEnd = newFootprintsEnd;
        candidate = firstCandidate;
        alone = -1;
        trying = -1;
        keptFor = -1;
    }
}
